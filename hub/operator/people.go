package operator

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/internal/emailaddr"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/texts"
)

// ErrMyself refuses an act by which an administrator would lock themselves out.
var ErrMyself = errors.New("an administrator cannot remove their own administrator role or disable themselves")

// SwitchUser disables a user, or enables them again. Raising the session
// generation ends every session, token and grant at once, and everything that
// shares a session with them is notified: apps and other hubs end their
// sessions too. A provider cannot sign the user in again.
func (s *Service) SwitchUser(ctx context.Context, by audit.Actor, id string, off bool) (users.User, error) {
	if off && by.ID == id {
		return users.User{}, ErrMyself
	}
	u, err := s.parts.Users.SetDisabled(ctx, id, off)
	if err != nil {
		return users.User{}, err
	}
	kind := audit.UserEnabled
	if off {
		kind = audit.UserDisabled
	}
	s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: kind, Target: id}))
	return u, s.parts.Logouts.EndAll(ctx, u)
}

// RemoveUser deletes a user and everything that belongs to them. They are
// disabled first, so that nothing new is issued meanwhile, and their apps and
// hubs are notified. It can be repeated after a failure. The audit log keeps
// its events, by id.
func (s *Service) RemoveUser(ctx context.Context, by audit.Actor, id string) error {
	if by.ID == id {
		return ErrMyself
	}
	u, err := s.parts.Users.SetDisabled(ctx, id, true)
	if err != nil {
		return err
	}
	_, err = s.removeUser(ctx, by, u)
	return err
}

// removeUser deletes a disabled user, and reports whether this call did.
func (s *Service) removeUser(ctx context.Context, by audit.Actor, u users.User) (done bool, err error) {
	defer func() {
		if done || err != nil {
			s.parts.Audit.Steps(ctx, by.Did(audit.Event{Kind: audit.UserRemoved, Target: u.ID}), err)
		}
	}()
	if err := s.parts.Logouts.EndAll(ctx, u); err != nil {
		return false, err
	}
	if err := s.parts.Logouts.KeepReceipt(ctx, u.ID); err != nil {
		return false, err
	}
	if err := s.parts.ForgetUser(ctx, u.ID); err != nil {
		return false, err
	}
	return s.parts.Users.Remove(ctx, u.ID)
}

// EndSessions ends everything that was issued to a user, who may sign in again.
func (s *Service) EndSessions(ctx context.Context, by audit.Actor, id string) error {
	u, err := s.parts.Users.EndEverything(ctx, id)
	if err != nil {
		return err
	}
	s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.SessionsEnded, Target: id, Detail: map[string]string{"which": "all"}}))
	return s.parts.Logouts.EndAll(ctx, u)
}

// SetRoles replaces the roles of a user.
func (s *Service) SetRoles(ctx context.Context, by audit.Actor, id string, roles []string) (users.User, error) {
	if by.ID == id && !slices.Contains(roles, users.AdminRole) {
		return users.User{}, ErrMyself
	}
	before, err := s.parts.Users.Get(ctx, id)
	if err != nil {
		return users.User{}, err
	}
	u, err := s.parts.Users.SetRoles(ctx, id, roles)
	if err == nil {
		s.rolesChanged(ctx, by, before, u)
	}
	return u, err
}

// Unlink removes an identity from a user, and ends what was issued to them.
func (s *Service) Unlink(ctx context.Context, by audit.Actor, userID, identityID string) error {
	linked, err := s.parts.Linking.ByUser(ctx, userID)
	if err != nil {
		return err
	}
	u, err := s.parts.Linking.Unlink(ctx, userID, identityID, by.Name)
	if err != nil {
		return err
	}
	key, _, _ := strings.Cut(identityID, "/")
	s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.LinkRemoved, Target: userID, LoginKey: key}))
	err = s.parts.Logouts.EndAll(ctx, u)
	for _, i := range linked {
		if i.ID == identityID {
			err = errors.Join(err, s.parts.UpstreamTokens.Disconnect(ctx, i))
		}
	}
	return err
}

// AddUser adds a user.
func (s *Service) AddUser(ctx context.Context, by audit.Actor, n users.NewUser) (users.User, error) {
	u, err := s.parts.Users.Add(ctx, n)
	if err == nil {
		s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.UserAdded, Target: u.ID, Changes: audit.Roles(nil, u.Roles)}))
	}
	return u, err
}

// User returns one user; fs.ErrNotExist if there is none with this id.
func (s *Service) User(ctx context.Context, id string) (users.User, error) {
	return s.parts.Users.Get(ctx, id)
}

// FindUser returns the user with this address or id.
func (s *Service) FindUser(ctx context.Context, who string) (users.User, error) {
	u, err := s.parts.Users.ByEmail(ctx, who)
	if errors.Is(err, emailaddr.ErrInvalid) || errors.Is(err, fs.ErrNotExist) {
		return s.parts.Users.Get(ctx, who)
	}
	return u, err
}

// ResetLink returns a link to choose a new password, valid once and for an
// hour.
func (s *Service) ResetLink(ctx context.Context, by audit.Actor, u users.User) (string, error) {
	link, err := s.parts.MailLinks.ResetLink(ctx, u)
	if err == nil {
		s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.ResetSent, Target: u.ID, Why: texts.New("reset.shown")}))
	}
	return link, err
}

// InviteUser invites the owner of an address to create an account. If n.Mailed,
// the link is only emailed, so using it proves the address. Otherwise the link
// is returned, and the user must verify the address later.
func (s *Service) InviteUser(ctx context.Context, by audit.Actor, n users.NewInvitation) (string, users.Invitation, error) {
	n.By = by.Name
	if now, err := s.parts.Settings.Current(ctx); err != nil || !now.Invites() {
		return "", users.Invitation{}, cmp.Or(err, forms.New("email", "invitation.off").Err())
	}
	token, i, err := s.parts.Users.Invite(ctx, n)
	if err != nil {
		return "", users.Invitation{}, err
	}
	s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.UserInvited, Target: i.ID, Detail: map[string]string{"roles": strings.Join(i.Roles, ", ")}}))
	if n.Mailed {
		return "", i, s.parts.MailLinks.MailInvitation(ctx, i, token)
	}
	return s.parts.MailLinks.InvitationLink(token), i, nil
}

// Users lists up to limit users in the order of ids, after the id `after`.
func (s *Service) Users(ctx context.Context, after string, limit int) ([]users.User, error) {
	return s.parts.Users.Everyone(ctx, after, limit)
}

// Identities lists a user's identities.
func (s *Service) Identities(ctx context.Context, userID string) ([]linking.Identity, error) {
	return s.parts.Linking.ByUser(ctx, userID)
}

// WithdrawInvitation revokes an invitation. It is no error if it is gone.
func (s *Service) WithdrawInvitation(ctx context.Context, by audit.Actor, id string) error {
	if err := s.parts.Users.Withdraw(ctx, id); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.UserUninvited, Target: id}))
	return nil
}

// SendReset emails a user a link to choose a new password.
func (s *Service) SendReset(ctx context.Context, by audit.Actor, u users.User) error {
	if err := s.parts.MailLinks.SendReset(ctx, u); err != nil {
		return err
	}
	s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.ResetSent, Target: u.ID}))
	return nil
}
