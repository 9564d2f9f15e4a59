package maillinks

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"time"

	"github.com/fedhub/fedhub/hub/mail"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/emailaddr"
)

// AskToVerify emails a link to an address of a user: the current one or a new
// one. It takes effect when they open the link, signed in as that user.
func (k *Service) AskToVerify(ctx context.Context, u users.User, email string) error {
	key, err := emailaddr.Canonical(email)
	if err != nil {
		return err
	}
	if !emailaddr.SameMailbox(email) {
		return emailaddr.ErrInvalid // that would verify an address for another mailbox
	}
	// The number of emails to one address is limited across all requesters and
	// their accounts; a user's own address is counted separately.
	if key != u.EmailKey {
		if _, err := k.New(ctx, "nothing", "address "+id(key), nil, time.Hour); err != nil {
			return err
		}
	}
	token, err := k.New(ctx, Verify, u.ID, map[string]string{"email": email, "epoch": epoch(u)}, VerifyLife)
	if err != nil {
		return err
	}
	return k.Mailer.Mail(ctx, mail.NewEmail(email, "address.verify", "link", k.URL+"/account/verify/"+token, "life", VerifyLife).In(u.Locale))
}

// Verifies returns the address that a link verifies for a user. Another user's
// link is ErrLink: a user who opens a stranger's email must not confirm the
// stranger's claim to the address.
func (k *Service) Verifies(ctx context.Context, u users.User, token string) (email string, err error) {
	l, err := k.Look(ctx, Verify, token)
	if err == nil && !still(l, u) {
		err = ErrLink
	}
	return l.Data["email"], err
}

// ErrAddressTaken refuses an address that belongs to another user.
var ErrAddressTaken = errors.New("another account has the address")

// Verified uses the link: the address becomes the user's, and the replaced
// address is notified.
func (k *Service) Verified(ctx context.Context, u users.User, token string) (users.User, error) {
	if _, err := k.Verifies(ctx, u, token); err != nil {
		return users.User{}, err
	}
	l, err := k.Take(ctx, Verify, token)
	if err != nil {
		return users.User{}, err
	}
	after, err := k.Users.SetEmail(ctx, u.ID, l.Data["email"], true)
	if errors.Is(err, fs.ErrExist) {
		return users.User{}, ErrAddressTaken
	}
	if err != nil {
		return users.User{}, err
	}
	return after, k.replaced(ctx, u, after, k.replacedBySelf)
}

// Replaced is called after an administrator changed a user's address: it ends
// verification links and links to earlier addresses, and notifies the earlier
// address if it was verified.
func (k *Service) Replaced(ctx context.Context, before, after users.User) error {
	if err := k.Drop(ctx, Address, before.ID); err != nil {
		return err
	}
	return k.replaced(ctx, before, after, func(ctx context.Context, before, _ users.User) error {
		return k.Mailer.Mail(ctx, mail.NewEmail(before.Email, "address.changed", "link", "", "life", AddressLife).In(before.Locale))
	})
}

func (k *Service) replaced(ctx context.Context, before, after users.User, notify func(ctx context.Context, before, after users.User) error) error {
	if err := k.Drop(ctx, Verify, before.ID); err != nil {
		return err
	}
	if k.Delivers() && before.EmailVerified && !strings.EqualFold(before.Email, after.Email) {
		return notify(ctx, before, after)
	}
	return nil
}
