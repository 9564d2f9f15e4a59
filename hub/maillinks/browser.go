package maillinks

import (
	"context"

	"github.com/fedhub/fedhub/hub/mail"
	"github.com/fedhub/fedhub/hub/users"
)

// AskToConfirm writes to whoever wants to sign in, in a browser that their
// account does not know, and leads on to a path of ours. The link is bound to no
// browser: whoever asks for it gains nothing by that, so strangers cannot use up
// the few that there are.
func (k *Service) AskToConfirm(ctx context.Context, email, to string) error {
	return k.toReader(ctx, email, func(ctx context.Context, u users.User) error {
		token, err := k.New(ctx, Browser, u.ID, map[string]string{"address": u.EmailKey, "epoch": epoch(u), "to": to}, BrowserLife)
		if err != nil {
			return err
		}
		return k.Mailer.Mail(ctx, mail.NewEmail(u.Email, "browser.confirm", "link", k.URL+"/signin/confirm/"+token, "life", BrowserLife))
	})
}

// Confirms returns whose browser a link confirms, and where it leads on.
func (k *Service) Confirms(ctx context.Context, token string) (u users.User, to string, err error) {
	u, l, err := k.readBy(ctx, Browser, token)
	return u, l.Data["to"], err
}

// ConfirmBy uses such a link.
func (k *Service) ConfirmBy(ctx context.Context, token string) (u users.User, to string, err error) {
	u, to, err = k.Confirms(ctx, token)
	if err != nil {
		return users.User{}, "", err
	}
	_, err = k.Take(ctx, Browser, token)
	return u, to, err
}
