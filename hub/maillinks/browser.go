package maillinks

import (
	"context"

	"github.com/fedhub/fedhub/hub/mail"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/texts"
)

// AskToConfirm emails a link to a user who wants to sign in with a browser that
// their account does not know. The link is not bound to a browser and leads to
// a fixed page, so requesting it gains an attacker nothing, and requests of
// strangers do not count against the user's limit.
func (k *Service) AskToConfirm(ctx context.Context, email string) error {
	return k.toReader(ctx, email, emailKind{Browser, BrowserLife, k.confirmEmail}, func(ctx context.Context, u users.User) error {
		token, err := k.New(ctx, Browser, u.ID, map[string]string{"address": u.EmailKey, "epoch": epoch(u)}, BrowserLife)
		if err != nil {
			return err
		}
		return k.Mailer.Mail(ctx, k.confirmEmail(u.Email, token).In(u.Locale))
	})
}

func (k *Service) confirmEmail(to, token string) mail.Email {
	return mail.NewEmail(to, "browser.confirm", "link", k.URL+"/signin/confirm/"+token, "life", BrowserLife)
}

// NewBrowser tells a user who signed in before of a sign-in in a browser that
// their account does not know.
func (k *Service) NewBrowser(ctx context.Context, u users.User, browser texts.Text, ip string) error {
	return k.tellUndoable(ctx, u, mail.NewEmail(u.Email, "browser.new", "browser", browser, "ip", ip, "link", "", "life", UndoLife))
}

// Confirms returns the user of a confirmation link.
func (k *Service) Confirms(ctx context.Context, token string) (users.User, error) {
	return k.readBy(ctx, Browser, token)
}

// ConfirmBy uses such a link.
func (k *Service) ConfirmBy(ctx context.Context, token string) (users.User, error) {
	u, err := k.Confirms(ctx, token)
	if err != nil {
		return users.User{}, err
	}
	_, err = k.Take(ctx, Browser, token)
	return u, err
}
