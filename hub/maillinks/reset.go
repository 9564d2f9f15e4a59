package maillinks

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"github.com/fedhub/fedhub/hub/mail"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/emailaddr"
)

// Forgot emails a link to a user who forgot their password, if the user is
// enabled and the address is verified; an unverified address gives no access.
func (k *Service) Forgot(ctx context.Context, email string) error {
	return k.toReader(ctx, email, emailKind{Reset, ResetLife, k.resetEmail}, func(ctx context.Context, u users.User) error { return k.mailReset(ctx, anybody, u) })
}

// ProveByReset emails a link to a signed-in user who wants to set a password,
// to their verified address. ErrOften if they requested too many recently.
func (k *Service) ProveByReset(ctx context.Context, u users.User) error {
	return k.mailReset(ctx, themselves, u)
}

// An emailKind is an email with a link: the link's purpose and life, and the email
// of a token.
type emailKind struct {
	purpose string
	life    time.Duration
	write   func(to, token string) mail.Email
}

// toReader sends an email to the user with this verified address. The answer
// and the work are the same for every address: a link and an email are stored in
// any case. A link without a user opens nothing, and its email is not sent.
func (k *Service) toReader(ctx context.Context, email string, kind emailKind, send func(context.Context, users.User) error) error {
	u, err := k.Users.ByEmail(ctx, email)
	if errors.Is(err, emailaddr.ErrInvalid) {
		return nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err != nil || u.Disabled || !u.EmailVerified {
		err = k.sendNothing(ctx, email, kind)
	} else {
		err = send(ctx, u)
	}
	if errors.Is(err, ErrOften) {
		return nil
	}
	return err
}

// sendNothing does the work of an email that is not sent. It counts like one to a
// user: by purpose, and by address however it is written.
func (k *Service) sendNothing(ctx context.Context, email string, kind emailKind) error {
	key, err := emailaddr.Canonical(email)
	if err != nil {
		return err
	}
	token, err := k.New(ctx, "nothing "+kind.purpose, "nobody "+id(key), nil, kind.life)
	if err != nil {
		return err
	}
	return k.Mailer.Mail(ctx, kind.write(email, token).Voided())
}

// SendReset emails a user a link to choose a new password, for an
// administrator.
func (k *Service) SendReset(ctx context.Context, u users.User) error {
	return k.mailReset(ctx, operators, u)
}

func (k *Service) mailReset(ctx context.Context, by asker, u users.User) error {
	token, err := k.newLink(ctx, reset(by, u), ResetLife)
	if err != nil {
		return err
	}
	return k.Mailer.Mail(ctx, k.resetEmail(u.Email, token).In(u.Locale))
}

func (k *Service) resetEmail(to, token string) mail.Email {
	return mail.NewEmail(to, "password.reset", "link", k.resetPage(token), "life", ResetLife)
}

// ResetLink makes such a link for an administrator to pass on, without a limit.
func (k *Service) ResetLink(ctx context.Context, u users.User) (string, error) {
	token, err := k.keep(ctx, reset(operators, u), ResetLife)
	return k.resetPage(token), err
}

func reset(by asker, u users.User) Link {
	return Link{Purpose: Reset, User: u.ID, Data: map[string]string{"address": u.EmailKey, "epoch": epoch(u)}, Asked: by}
}

func (k *Service) resetPage(token string) string { return k.URL + "/password/reset/" + token }

// Resets returns the user of a reset link.
func (k *Service) Resets(ctx context.Context, token string) (users.User, error) {
	return k.readBy(ctx, Reset, token)
}

// readBy returns the user whose mailbox a link was sent to.
func (k *Service) readBy(ctx context.Context, purpose, token string) (users.User, error) {
	l, err := k.Look(ctx, purpose, token)
	if err != nil {
		return users.User{}, err
	}
	u, err := k.Users.Get(ctx, l.User)
	// A replaced address proves nothing any more: its mailbox may be the reason
	// for the change.
	if errors.Is(err, fs.ErrNotExist) || err == nil && !(still(l, u) && l.Data["address"] == u.EmailKey) {
		return users.User{}, ErrLink
	}
	return u, err
}

// ResetBy uses a link to set a password. A bad password is forms.Problems and
// does not use the link up. The new password ends everything that was issued to
// the user, and other links. The caller audits it and then notifies the user
// (Changed).
func (k *Service) ResetBy(ctx context.Context, token, password string) (users.User, error) {
	u, err := k.Resets(ctx, token)
	if err != nil {
		return users.User{}, err
	}
	if err := k.Users.CheckPassword(ctx, u, password); err != nil {
		return users.User{}, err
	}
	if _, err := k.Take(ctx, Reset, token); err != nil {
		return users.User{}, err
	}
	return k.Users.SetPassword(ctx, u.ID, password)
}

// Changed notifies a user that their password was changed.
func (k *Service) Changed(ctx context.Context, u users.User) error {
	return k.tellUndoable(ctx, u, mail.NewEmail(u.Email, "password.changed", "link", "", "life", UndoLife))
}

// tell sends an email about what happened to an account, if its user proved the
// address: else the reader of the mailbox may be another person.
func (k *Service) tell(ctx context.Context, u users.User, e mail.Email) error {
	if !u.EmailVerified {
		return nil
	}
	return k.Mailer.Mail(ctx, e)
}
