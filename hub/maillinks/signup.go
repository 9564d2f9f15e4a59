package maillinks

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"github.com/fedhub/fedhub/hub/mail"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/emailaddr"
	"github.com/fedhub/fedhub/internal/lasting"
)

// SignUp is the purpose of a link that creates an account.
const (
	SignUp     = "signup"
	SignUpLife = time.Hour
)

// A SignUpRequest is what somebody asks for who signs up: an address, and where
// they were on the way to.
type SignUpRequest struct {
	Email string // as typed
	Flow  string
	To    string
}

// AskToSignUp emails a link that creates the account, if the address may have
// one. If it has one already, the email says so. The answer and the work are
// the same for every address, so that they reveal no account: a link is stored
// in any case, and one of no purpose opens nothing.
func (k *Service) AskToSignUp(ctx context.Context, r SignUpRequest, allowed bool) error {
	key, err := emailaddr.Canonical(r.Email)
	if err != nil || !emailaddr.SameMailbox(r.Email) {
		return emailaddr.ErrInvalid // an email to it would prove another address
	}
	u, err := k.Users.ByEmailKey(ctx, key)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	known := err == nil
	l := Link{Purpose: "nothing", User: "signup " + id(key)}
	if !known && allowed {
		l.Purpose, l.Data = SignUp, map[string]string{"email": r.Email, "flow": r.Flow, "to": r.To}
	}
	token, err := k.newLink(ctx, l, SignUpLife)
	switch {
	case errors.Is(err, ErrOften):
		return nil
	case err != nil:
		return err
	case known:
		return k.Mailer.Mail(ctx, k.hasAccount(u))
	}
	link := mail.NewEmail(r.Email, "signup.link", "link", k.URL+"/signup/"+token, "life", SignUpLife)
	link.Void = !allowed
	return k.Mailer.Mail(ctx, link)
}

func (k *Service) hasAccount(u users.User) mail.Email {
	if u.Waiting != "" {
		return mail.NewEmail(u.Email, "signup.waiting").In(u.Locale)
	}
	return mail.NewEmail(u.Email, "signup.exists", "signin", k.signIn(), "forgot", k.URL+"/password/forgot").In(u.Locale)
}

func (k *Service) signIn() string { return k.URL + "/signin?local=1" }

// SignsUp returns what was asked for with a link, without using it.
func (k *Service) SignsUp(ctx context.Context, token string) (SignUpRequest, error) {
	l, err := k.Look(ctx, SignUp, token)
	return SignUpRequest{Email: l.Data["email"], Flow: l.Data["flow"], To: l.Data["to"]}, err
}

// TakeSignUp uses the link up. giveBack makes it valid again if the account
// could not be created. If the database fails, the link may be used up or not,
// so it is given back: the account's address prevents a second account.
func (k *Service) TakeSignUp(ctx context.Context, token string) (giveBack func(context.Context) error, err error) {
	l, err := k.Look(ctx, SignUp, token)
	if err != nil {
		return nil, err
	}
	giveBack = func(ctx context.Context) error {
		err := k.Links.Insert(lasting.Of(ctx), l)
		if errors.Is(err, fs.ErrExist) { // it was not taken
			return nil
		}
		return err
	}
	_, err = k.Take(ctx, SignUp, token)
	if err != nil && !errors.Is(err, ErrLink) {
		err = errors.Join(err, giveBack(ctx))
	}
	return giveBack, err
}

// Approved tells a user that an administrator approved their account.
func (k *Service) Approved(ctx context.Context, u users.User) error {
	return k.tell(ctx, u, mail.NewEmail(u.Email, "signup.approved", "signin", k.signIn()).In(u.Locale))
}
