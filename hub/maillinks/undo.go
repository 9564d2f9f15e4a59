package maillinks

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"github.com/fedhub/fedhub/hub/mail"
	"github.com/fedhub/fedhub/hub/users"
)

// Undo links end what a stranger did with an account, from the email about it.
// They restore no password and no second factor: the stranger may be the one who
// asks for the earlier ones.
const (
	Undo     = "undo"
	UndoLife = 7 * 24 * time.Hour
)

// A Report is what an email told of an account.
type Report struct {
	User  users.User
	Code  string // of the email
	Made  time.Time
	Until time.Time // it can be undone
}

// tellUndoable sends an email about what happened to an account, and fills in its
// link to undo it. No limit applies, because it tells of what has happened.
func (k *Service) tellUndoable(ctx context.Context, u users.User, e mail.Email) error {
	if !u.EmailVerified || !k.Delivers() {
		return nil // the reader of this mailbox may be another person
	}
	token, err := k.keep(ctx, Link{Purpose: Undo, User: u.ID, Data: map[string]string{"email": e.Code, "address": u.EmailKey}}, UndoLife)
	if err != nil {
		return err
	}
	e.Args["link"] = k.URL + "/wasnt-me/account?token=" + token
	return k.Mailer.Mail(ctx, e.In(u.Locale))
}

// Report returns what a link tells of. A replaced address undoes nothing any
// more: its mailbox may be the reason for the change, and a stranger's change of
// the address has an email with an undo link of its own.
func (k *Service) Report(ctx context.Context, token string) (Report, error) {
	l, err := k.Look(ctx, Undo, token)
	if err != nil {
		return Report{}, err
	}
	return k.report(ctx, l)
}

// TakeReport is Report, once.
func (k *Service) TakeReport(ctx context.Context, token string) (Report, error) {
	if _, err := k.Report(ctx, token); err != nil {
		return Report{}, err
	}
	l, err := k.Take(ctx, Undo, token)
	if err != nil {
		return Report{}, err
	}
	return k.report(ctx, l)
}

func (k *Service) report(ctx context.Context, l Link) (Report, error) {
	u, err := k.Users.Get(ctx, l.User)
	if errors.Is(err, fs.ErrNotExist) || err == nil && u.EmailKey != l.Data["address"] {
		err = ErrLink
	}
	return Report{User: u, Code: l.Data["email"], Made: l.Created, Until: l.Expires}, err
}
