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

// AskToVerify writes to an address that a user says is theirs: the one they
// have, or one they want instead. It counts when they open the link, signed in
// as that user.
func (k *Service) AskToVerify(ctx context.Context, u users.User, email string) error {
	key, err := emailaddr.Canonical(email)
	if err != nil {
		return err
	}
	if !emailaddr.SameMailbox(email) {
		return emailaddr.ErrInvalid // who reads there would prove another's address
	}
	// An address gets few emails whoever asks for them, and however many
	// accounts they have; that of the account that has it is not among them.
	if key != u.EmailKey {
		if _, err := k.New(ctx, "nothing", "address "+id(key), nil, time.Hour); err != nil {
			return err
		}
	}
	token, err := k.New(ctx, Verify, u.ID, map[string]string{"email": email, "epoch": epoch(u)}, VerifyLife)
	if err != nil {
		return err
	}
	return k.Mailer.Mail(ctx, mail.NewEmail(email, "address.verify", "link", k.URL+"/account/verify/"+token, "life", VerifyLife))
}

// Verifies returns the address that a link proves for a user. A link that was
// made for somebody else is ErrLink: whoever clicks a stranger's email must
// not give the stranger their address.
func (k *Service) Verifies(ctx context.Context, u users.User, token string) (email string, err error) {
	l, err := k.Look(ctx, Verify, token)
	if err == nil && !still(l, u) {
		err = ErrLink
	}
	return l.Data["email"], err
}

// ErrAddressTaken is for whoever proves an address that is somebody's.
var ErrAddressTaken = errors.New("another account has the address")

// Verified uses the link: the address is the user's from now on, and the one
// it replaces is told.
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
	return after, k.Replaced(ctx, u, after)
}

// Replaced is called when a user has another address than before: links to prove
// one end, and the address that was theirs is told.
func (k *Service) Replaced(ctx context.Context, before, after users.User) error {
	if err := k.Drop(ctx, Verify, before.ID); err != nil {
		return err
	}
	if k.Delivers() && before.EmailVerified && !strings.EqualFold(before.Email, after.Email) {
		return k.Mailer.Mail(ctx, mail.NewEmail(before.Email, "address.changed"))
	}
	return nil
}
