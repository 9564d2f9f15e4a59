package maillinks

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"net/url"
	"strings"
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
	return k.toReader(ctx, email, func(ctx context.Context, u users.User) error {
		if !may(u) {
			return k.sendNothing(ctx, email)
		}
		code := newCode()
		l := Link{ID: id(signInKey(ask, code)), Purpose: SignIn, User: u.ID, Data: map[string]string{"address": u.EmailKey, "epoch": epoch(u)}}
		if err := k.seldom(ctx, l); err != nil {
			return err
		}
		l.Created = k.Now()
		l.Expires = l.Created.Add(SignInLife)
		if err := k.Links.Insert(ctx, l); err != nil {
			return err
		}
		page := k.URL + "/signin/email/code?" + url.Values{"ask": {ask}, "code": {spoken(code)}}.Encode()
		return k.Mailer.Mail(ctx, mail.NewEmail(u.Email, "signin.code", "code", spoken(code), "link", page, "life", SignInLife).In(u.Locale))
	})
}

// SignsIn returns the user whom a code signs in. ErrLink if it is none.
func (k *Service) SignsIn(ctx context.Context, ask, code string) (users.User, error) {
	u, err := k.readBy(ctx, SignIn, signInKey(ask, code))
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
	if _, err := k.Take(ctx, SignIn, signInKey(ask, code)); err != nil {
		return users.User{}, err
	}
	// The record of before may be older than a sign-out everywhere.
	now, err := k.Users.Get(ctx, u.ID)
	if errors.Is(err, fs.ErrNotExist) || err == nil && (now.Disabled || now.SessionGeneration != u.SessionGeneration || now.EmailKey != u.EmailKey) {
		return users.User{}, ErrLink
	}
	return now, err
}

func signInKey(ask, code string) string { return ask + " " + typedCode(code) }

// Codes are letters of base32: 40 bits.
const codeSize = 8

func newCode() string { return rand.Text()[:codeSize] }

// spoken is a code in two groups, which is easier to copy by hand.
func spoken(code string) string { return code[:codeSize/2] + "-" + code[codeSize/2:] }

// typedCode is a code without what people add to it.
func typedCode(code string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(code))
}
