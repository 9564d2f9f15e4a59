package maillinks

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"time"

	"github.com/fedhub/fedhub/hub/mail"
	"github.com/fedhub/fedhub/hub/users"
)

// A code by email signs a user in who reads the mail of their verified address.
// The email has it twice: to type, and in a link. Both work only together with
// the browser that asked: ask is the name of what that browser keeps.
const (
	SignIn     = "signin"
	SignInLife = 10 * time.Minute
)

// SendSignIn emails a code to the user with this verified address, if they may
// sign in so. The answer and the work are the same for every address.
func (k *Service) SendSignIn(ctx context.Context, email, ask string, may func(users.User) bool) error {
	kind := emailKind{SignIn, SignInLife, func(to, code string) mail.Email { return k.signInEmail(to, ask, code) }}
	return k.toReader(ctx, email, kind, func(ctx context.Context, u users.User) error {
		if !may(u) {
			return k.sendNothing(ctx, email, kind)
		}
		code, err := k.newCode(ctx, Link{Purpose: SignIn, User: u.ID, Data: map[string]string{"address": u.EmailKey, "epoch": epoch(u)}}, ask, SignInLife)
		if err != nil {
			return err
		}
		return k.Mailer.Mail(ctx, k.signInEmail(u.Email, ask, code).In(u.Locale))
	})
}

func (k *Service) signInEmail(to, ask, code string) mail.Email {
	page := k.URL + "/signin/email/code?" + url.Values{"ask": {ask}, "code": {spoken(code)}}.Encode()
	return mail.NewEmail(to, "signin.code", "code", spoken(code), "link", page, "life", SignInLife)
}

// SignsIn returns the user whom a code signs in. ErrLink if it is none.
func (k *Service) SignsIn(ctx context.Context, ask, code string) (users.User, error) {
	u, err := k.readBy(ctx, SignIn, codeToken(ask, code))
	if err == nil && !u.EmailVerified {
		return users.User{}, ErrLink
	}
	return u, err
}

// SignInBy uses a code up and returns its user. ErrLink if it is none, was used
// or is too old.
func (k *Service) SignInBy(ctx context.Context, ask, code string) (users.User, error) {
	u, err := k.SignsIn(ctx, ask, code)
	if err != nil {
		return users.User{}, err
	}
	if _, err := k.Take(ctx, SignIn, codeToken(ask, code)); err != nil {
		return users.User{}, err
	}
	// The record of before may be older than a sign-out everywhere.
	now, err := k.Users.Get(ctx, u.ID)
	if errors.Is(err, fs.ErrNotExist) || err == nil && (now.Disabled || now.SessionGeneration != u.SessionGeneration || now.EmailKey != u.EmailKey) {
		return users.User{}, ErrLink
	}
	return now, err
}
