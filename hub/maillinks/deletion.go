package maillinks

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"github.com/fedhub/fedhub/hub/mail"
	"github.com/fedhub/fedhub/hub/users"
)

// Deletion links cancel the deletion of an account. They work until it is due.
const Deletion = "deletion"

// DeletionAsked notifies a user who asked for the deletion of their account,
// with a link to cancel it. No limit applies, because it tells of what has
// happened.
func (k *Service) DeletionAsked(ctx context.Context, u users.User) error {
	if !u.EmailVerified || !k.Delivers() {
		return nil
	}
	life := u.DeletionDue.Sub(k.Now())
	token, err := k.keep(ctx, Link{Purpose: Deletion, User: u.ID, Data: map[string]string{"asked": asked(u)}}, life)
	if err != nil {
		return err
	}
	return k.Mailer.Mail(ctx, mail.NewEmail(u.Email, "deletion.asked", "link", k.URL+"/keep-account?token="+token, "life", life.Round(time.Hour)).In(u.Locale))
}

// asked tells one request of a user from a later one.
func asked(u users.User) string { return u.DeletionAsked.UTC().Format(time.RFC3339Nano) }

// Keeps returns the user whose deletion a link cancels. A link about an earlier
// request is ErrLink.
func (k *Service) Keeps(ctx context.Context, token string) (users.User, error) {
	l, err := k.Look(ctx, Deletion, token)
	if err != nil {
		return users.User{}, err
	}
	u, err := k.Users.Get(ctx, l.User)
	if errors.Is(err, fs.ErrNotExist) || err == nil && (!u.Leaving() || l.Data["asked"] != asked(u)) {
		return users.User{}, ErrLink
	}
	return u, err
}

// Deleted notifies a user that the account was deleted.
func (k *Service) Deleted(ctx context.Context, u users.User) error {
	return k.tell(ctx, u, mail.NewEmail(u.Email, "deletion.done").In(u.Locale))
}
