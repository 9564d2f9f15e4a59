package maillinks

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"github.com/fedhub/fedhub/hub/mail"
	"github.com/fedhub/fedhub/hub/users"
)

// Passkey links undo what an email told of a passkey.
const (
	Passkey     = "passkey"
	PasskeyLife = 30 * 24 * time.Hour
)

// A PasskeyChange is what happened to a passkey of a user.
type PasskeyChange struct {
	User    users.User
	Passkey string // its id
	Name    string
	Removed bool // else it was added
	Made    time.Time
	Until   time.Time // it can be undone
}

const removed = "removed"

// TellPasskey notifies a user that a passkey was added or removed, with a link
// to undo it. No limit applies, because it tells of what has happened.
func (k *Service) TellPasskey(ctx context.Context, c PasskeyChange) error {
	if !c.User.EmailVerified || !k.Delivers() {
		return nil // the reader of this mailbox may be another person
	}
	data := map[string]string{"passkey": c.Passkey, "name": c.Name, "address": c.User.EmailKey}
	if c.Removed {
		data["did"] = removed
	}
	token, err := k.keep(ctx, Link{Purpose: Passkey, User: c.User.ID, Data: data}, PasskeyLife)
	if err != nil {
		return err
	}
	undo := k.URL + "/wasnt-me/passkey?token=" + token
	if c.Removed {
		return k.Mailer.Mail(ctx, mail.NewEmail(c.User.Email, "passkey.removed", "name", c.Name, "link", undo, "life", PasskeyLife).In(c.User.Locale))
	}
	return k.Mailer.Mail(ctx, mail.NewEmail(c.User.Email, "passkey.added", "name", c.Name, "link", undo, "life", PasskeyLife).In(c.User.Locale))
}

// PasskeyChange returns what a link tells of. A replaced address undoes nothing
// any more: its mailbox may be the reason for the change.
func (k *Service) PasskeyChange(ctx context.Context, token string) (PasskeyChange, error) {
	l, err := k.Look(ctx, Passkey, token)
	if err != nil {
		return PasskeyChange{}, err
	}
	return k.passkeyChange(ctx, l)
}

// TakePasskeyChange is PasskeyChange, once.
func (k *Service) TakePasskeyChange(ctx context.Context, token string) (PasskeyChange, error) {
	if _, err := k.PasskeyChange(ctx, token); err != nil {
		return PasskeyChange{}, err
	}
	l, err := k.Take(ctx, Passkey, token)
	if err != nil {
		return PasskeyChange{}, err
	}
	return k.passkeyChange(ctx, l)
}

func (k *Service) passkeyChange(ctx context.Context, l Link) (PasskeyChange, error) {
	u, err := k.Users.Get(ctx, l.User)
	if errors.Is(err, fs.ErrNotExist) || err == nil && u.EmailKey != l.Data["address"] {
		err = ErrLink
	}
	return PasskeyChange{User: u, Passkey: l.Data["passkey"], Name: l.Data["name"], Removed: l.Data["did"] == removed, Made: l.Created, Until: l.Expires}, err
}
