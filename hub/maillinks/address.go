package maillinks

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"time"

	"github.com/fedhub/fedhub/hub/mail"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/lasting"
)

// Address links put back an address that its user replaced.
const (
	Address     = "address"
	AddressLife = 7 * 24 * time.Hour
)

// An AddressChange is the replacement of a verified address by its user.
type AddressChange struct {
	User   users.User
	Before string // the address of the mailbox that the link was sent to
	After  string
	Made   time.Time
	Until  time.Time // it can be undone

	link Link
}

// replacedBySelf notifies the earlier address of a change that its user made,
// with a link to undo it. No limit applies, because it tells of what has
// happened.
func (k *Service) replacedBySelf(ctx context.Context, before, after users.User) error {
	data := map[string]string{"before": before.Email, "after": after.Email}
	token, err := k.keep(ctx, Link{Purpose: Address, User: before.ID, Data: data}, AddressLife)
	if err != nil {
		return err
	}
	return k.Mailer.Mail(ctx, mail.NewEmail(before.Email, "address.changed", "link", k.URL+"/wasnt-me/address?token="+token, "life", AddressLife).In(before.Locale))
}

// AddressChange returns what the link of an email tells of.
//
// Later changes by the user do not end the link: whoever took an account over
// could make them. A change by an administrator does.
func (k *Service) AddressChange(ctx context.Context, token string) (AddressChange, error) {
	l, err := k.Look(ctx, Address, token)
	if err != nil {
		return AddressChange{}, err
	}
	u, err := k.Users.Get(ctx, l.User)
	if errors.Is(err, fs.ErrNotExist) {
		err = ErrLink
	}
	return changeOf(l, u), err
}

// AddressChangeTo returns the newest change of a user to this address that can
// be undone; ErrLink if there is none.
func (k *Service) AddressChangeTo(ctx context.Context, u users.User, email string) (AddressChange, error) {
	var newest Link
	for l, err := range k.Links.EachWhere(ctx, "user", u.ID) {
		if err != nil {
			return AddressChange{}, err
		}
		if l.Purpose == Address && strings.EqualFold(l.Data["after"], email) && !l.Created.Before(newest.Created) {
			newest = l
		}
	}
	if newest.ID == "" {
		return AddressChange{}, ErrLink
	}
	return changeOf(newest, u), nil
}

func changeOf(l Link, u users.User) AddressChange {
	return AddressChange{User: u, Before: l.Data["before"], After: l.Data["after"], Made: l.Created, Until: l.Expires, link: l}
}

// RestoreAddress puts the address back, once, and ends everything issued to the
// user so far. ErrAddressTaken if another user has the address by now. The
// links about later changes end: their mailboxes may be the attacker's.
func (k *Service) RestoreAddress(ctx context.Context, c AddressChange) (users.User, error) {
	if _, err := k.Links.Take(ctx, c.link.ID); errors.Is(err, fs.ErrNotExist) {
		return users.User{}, ErrLink
	} else if err != nil {
		return users.User{}, err
	}
	_, err := k.Users.SetEmail(ctx, c.User.ID, c.Before, true)
	if err != nil {
		err = errors.Join(err, k.Links.Insert(lasting.Of(ctx), c.link)) // it can be tried again
	}
	if errors.Is(err, fs.ErrExist) {
		return users.User{}, ErrAddressTaken
	}
	if err != nil {
		return users.User{}, err
	}
	ctx = lasting.ToDeadline(ctx)
	u, err := k.Users.EndEverything(ctx, c.User.ID)
	return u, errors.Join(err, k.Drop(ctx, Verify, c.User.ID), k.dropSince(ctx, Address, c.User.ID, c.Made))
}
