package maillinks

import (
	"context"
	"errors"
	"time"

	"github.com/fedhub/fedhub/hub/mail"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/secondfactor"
)

// Codes by email prove that whoever sets up a first second factor reads the
// user's mail: a stolen password must not be enough to lock its owner out.
const (
	Enrol     = "enrol"
	EnrolLife = 10 * time.Minute
)

// AsksCode reports whether a user must enter such a code: only one whose address
// gets emails can.
func (k *Service) AsksCode(u users.User) bool { return u.EmailVerified && k.Delivers() }

// SendCode emails a code to a user.
func (k *Service) SendCode(ctx context.Context, u users.User) error {
	code, err := k.newCode(ctx, Link{Purpose: Enrol, User: u.ID, Asked: themselves, Data: map[string]string{"epoch": epoch(u)}}, u.ID, EnrolLife)
	if err != nil {
		return err
	}
	e := mail.NewEmail(u.Email, "factor.code", "code", spoken(code)).In(u.Locale)
	e.Life = EnrolLife
	return k.Mailer.Mail(ctx, e)
}

// TakeCode uses a code up. A wrong one is secondfactor.ErrWrongCode.
func (k *Service) TakeCode(ctx context.Context, u users.User, code string) error {
	l, err := k.Take(ctx, Enrol, codeToken(u.ID, code))
	if errors.Is(err, ErrLink) || err == nil && !still(l, u) {
		return secondfactor.ErrWrongCode
	}
	return err
}

// FactorAdded tells a user that an authenticator app was set up.
func (k *Service) FactorAdded(ctx context.Context, u users.User) error {
	return k.tellUndoable(ctx, u, mail.NewEmail(u.Email, "factor.added", "link", "", "life", UndoLife))
}

// FactorRemoved tells a user that it was removed.
func (k *Service) FactorRemoved(ctx context.Context, u users.User) error {
	return k.tellUndoable(ctx, u, mail.NewEmail(u.Email, "factor.removed", "link", "", "life", UndoLife))
}

// FactorsReset tells an administrator that the second factors of another
// administrator were removed. by is who did that: a user, or a command's user.
func (k *Service) FactorsReset(ctx context.Context, administrator, about users.User, by string) error {
	if !administrator.EmailVerified || !k.Delivers() {
		return nil
	}
	e := mail.NewEmail(administrator.Email, "factor.reset", "account", about.Email, "by", by, "link", k.URL+"/admin/users/"+about.ID)
	return k.Mailer.Mail(ctx, e.In(administrator.Locale))
}

// RecoveryUsed tells a user that a recovery code was used.
func (k *Service) RecoveryUsed(ctx context.Context, u users.User) error {
	return k.tellUndoable(ctx, u, mail.NewEmail(u.Email, "recovery.used", "link", "", "life", UndoLife))
}
