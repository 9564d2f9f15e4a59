package users

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/internal/lasting"
	"github.com/fedhub/fedhub/internal/secrets"
)

// InvitationLife is how long an invitation is valid by default.
const InvitationLife = 7 * 24 * time.Hour

// ErrInvitation means that an invitation was accepted, was withdrawn, has
// expired or never existed.
var ErrInvitation = errors.New("this invitation was used or withdrawn, or has expired")

// An Invitation lets the owner of an address create an account: with the
// invitation's link or, where a provider lets invited users sign up, with an
// identity that proves the address.
type Invitation struct {
	ID      string    `bson:"id"` // the canonical address, so there is one per address
	Email   string    `bson:"email"`
	Roles   []string  `bson:"roles,omitempty"`
	By      string    `bson:"by"`
	Token   string    `bson:"token" secret:"hash"` // SHA-256 of the link's token, in hex
	Mailed  bool      `bson:"mailed"`              // the link was only emailed to the address, so using it proves the address
	Created time.Time `bson:"created"`
	Expires time.Time `bson:"expires"`
}

// Key is the invited address.
func (i Invitation) Key() string { return i.ID }

// Admin reports whether it creates an administrator.
func (i Invitation) Admin() bool { return slices.Contains(i.Roles, AdminRole) }

// ExpiresAt is when the invitation ends.
func (i Invitation) ExpiresAt() time.Time { return i.Expires }

// A NewInvitation is the input of Invite.
type NewInvitation struct {
	Email  string
	Roles  []string
	By     string
	Mailed bool          // the link will be emailed and not shown
	Life   time.Duration // InvitationLife if zero
}

// Invite invites an address and returns the token of the link. It replaces an
// earlier invitation. Mistakes are forms.Problems; an existing user is
// fs.ErrExist.
func (k *Service) Invite(ctx context.Context, n NewInvitation) (token string, i Invitation, err error) {
	key, roles, problems := checkPerson(n.Email, n.Roles)
	if n.Life < 0 || n.Life > 90*24*time.Hour {
		problems.Add("life", "invitation.life.long")
	}
	if err := problems.Err(); err != nil {
		return "", Invitation{}, err
	}
	switch _, err := k.ByEmailKey(ctx, key); {
	case err == nil:
		return "", Invitation{}, fs.ErrExist
	case !errors.Is(err, fs.ErrNotExist):
		return "", Invitation{}, err
	}
	if n.Life == 0 {
		n.Life = InvitationLife
	}
	token = secrets.New()
	now := k.now()
	i = Invitation{ID: key, Email: TidyEmail(n.Email), Roles: roles, By: n.By, Token: setupID(token), Mailed: n.Mailed, Created: now, Expires: now.Add(n.Life)}
	return token, i, k.keepInvitation(ctx, i)
}

func (k *Service) keepInvitation(ctx context.Context, i Invitation) error {
	err := k.invitations.Insert(ctx, i)
	if errors.Is(err, fs.ErrExist) {
		err = k.invitations.Update(ctx, i.ID, func(old *Invitation) error {
			*old = i
			return nil
		})
	}
	if err != nil {
		return fmt.Errorf("store an invitation: %w", err)
	}
	return nil
}

// handBack restores an invitation after its account could not be created, so
// that it can be tried again. If the account exists after all, its address
// prevents a second one.
func (k *Service) handBack(ctx context.Context, i Invitation) error {
	err := k.invitations.Insert(lasting.Of(ctx), i)
	if errors.Is(err, fs.ErrExist) { // it was not taken, or a newer one replaced it
		return nil
	}
	return err
}

// Invited reports whether a canonical address is invited.
func (k *Service) Invited(ctx context.Context, emailKey string) (bool, error) {
	if k.invitations == nil || emailKey == "" {
		return false, nil
	}
	return k.invitations.Has(ctx, emailKey)
}

// Invitations returns up to limit invitations in the order of addresses.
func (k *Service) Invitations(ctx context.Context, limit int) ([]Invitation, error) {
	return k.invitations.List(ctx, store.Query{Limit: limit})
}

// Withdraw ends an invitation.
func (k *Service) Withdraw(ctx context.Context, emailKey string) error {
	return k.invitations.Delete(ctx, emailKey)
}

// Invitation returns the invitation of a link, without using it.
func (k *Service) Invitation(ctx context.Context, token string) (Invitation, error) {
	i, err := k.invitations.By(ctx, "token", setupID(token))
	if errors.Is(err, fs.ErrNotExist) {
		return Invitation{}, ErrInvitation
	}
	return i, err
}

// Accept uses an invitation to create the account of its address, with a
// password. Only one of several concurrent calls succeeds. Mistakes are
// forms.Problems and do not use it up; fs.ErrExist means that the account
// exists meanwhile.
func (k *Service) Accept(ctx context.Context, token, name, password string) (User, error) {
	i, err := k.Invitation(ctx, token)
	if err != nil {
		return User{}, err
	}
	n := NewUser{Email: i.Email, EmailVerified: i.Mailed, Profile: Profile{Name: name}, Password: password, Roles: i.Roles}
	user, err := k.draft(ctx, n)
	if err == nil && password == "" {
		err = k.rules.Check("", user.EmailKey).Err()
	}
	if err != nil {
		return User{}, err
	}
	if user.Password, err = k.firstHash(ctx, n); err != nil {
		return User{}, err
	}
	seen := i
	i, err = k.invitations.Take(ctx, i.ID)
	if errors.Is(err, fs.ErrNotExist) {
		return User{}, ErrInvitation
	}
	if err != nil { // the address may be taken
		return User{}, errors.Join(err, k.handBack(ctx, seen))
	}
	if i.Token != setupID(token) { // it was replaced just now
		return User{}, errors.Join(ErrInvitation, k.keepInvitation(lasting.Of(ctx), i))
	}
	if err := k.users.Insert(ctx, user); err != nil {
		if !errors.Is(err, fs.ErrExist) {
			err = errors.Join(err, k.handBack(ctx, i))
		}
		return User{}, fmt.Errorf("create the account of an invitation: %w", err)
	}
	return user, nil
}

// ApplyInvitation gives a new user with a proven, invited address the roles of
// the invitation, except the admin role: a provider must not create an
// administrator by stating an address (FE-44). That needs the invitation's own
// link, or an administrator. invited reports whether there is one.
func (k *Service) ApplyInvitation(ctx context.Context, user *User) (invited bool, err error) {
	if k.invitations == nil || user.EmailKey == "" {
		return false, nil
	}
	i, err := k.invitations.Get(ctx, user.EmailKey)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	user.AddRoles(Without(i.Roles, []string{AdminRole}))
	return true, nil
}

// CloseInvitation ends the invitation of an existing user.
func (k *Service) CloseInvitation(ctx context.Context, user User) error {
	if k.invitations == nil || user.EmailKey == "" {
		return nil
	}
	err := k.invitations.Delete(ctx, user.EmailKey)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
