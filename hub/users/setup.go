package users

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/internal/lasting"
	"github.com/fedhub/fedhub/internal/names"
	"github.com/fedhub/fedhub/internal/secrets"
)

// setupLife is how long a set-up link may wait for its click.
const setupLife = time.Hour

var (
	// ErrSetupLink means the link was used, has expired or never existed.
	ErrSetupLink = errors.New("this set-up link was used or has expired; make a new one with \"fedhub setup-link\"")
	// ErrSetUp means there is an administrator already, and no set-up any more.
	ErrSetUp = errors.New("this hub is set up already; sign in as its administrator")
)

// A SetupLink lets whoever can read the server's output become the first
// administrator. The record holds only the token's hash.
type SetupLink struct {
	ID      string    `bson:"id"` // SHA-256 of the token, in hex
	Created time.Time `bson:"created"`
	Expires time.Time `bson:"expires"`
}

// Key is the link's id.
func (s SetupLink) Key() string { return s.ID }

// ExpiresAt is when the link stops working.
func (s SetupLink) ExpiresAt() time.Time { return s.Expires }

// NewSetupLink returns a token with which the first administrator can be made,
// once, within an hour. With an administrator in place it is ErrSetUp.
func (k *Service) NewSetupLink(ctx context.Context) (token string, err error) {
	if err := k.notSetUp(ctx); err != nil {
		return "", err
	}
	token = names.SetupPrefix + secrets.New()
	now := k.now()
	link := SetupLink{ID: setupID(token), Created: now, Expires: now.Add(setupLife)}
	if err := k.setups.Insert(ctx, link); err != nil {
		return "", fmt.Errorf("keep set-up link: %w", err)
	}
	return token, nil
}

// CheckSetup reports whether a set-up link still works, without using it.
func (k *Service) CheckSetup(ctx context.Context, token string) error {
	if err := k.notSetUp(ctx); err != nil {
		return err
	}
	_, err := k.setups.Get(ctx, setupID(token))
	return setupLinkError(err)
}

// Setup uses a set-up link to make the first administrator. Of any number of
// calls at once, with one link or several, exactly one succeeds; the others
// get ErrSetupLink or ErrSetUp. Mistakes in n do not use the link up.
func (k *Service) Setup(ctx context.Context, token string, n NewUser) (User, error) {
	if err := k.CheckSetup(ctx, token); err != nil {
		return User{}, err
	}
	n.Roles = slices.Concat(n.Roles, []string{AdminRole})
	user, err := k.draft(n)
	if err == nil && n.Password == "" && n.Imported == "" {
		err = k.rules.Check("", user.EmailKey).Err()
	}
	if err != nil {
		return User{}, err
	}
	link, err := k.setups.Take(ctx, setupID(token))
	if err != nil {
		return User{}, setupLinkError(err)
	}
	user, err = k.found(ctx, user, n)
	if err != nil && !errors.Is(err, ErrSetUp) {
		// Nothing came of it, so the link goes back.
		err = errors.Join(err, k.setups.Insert(lasting.Of(ctx), link))
	}
	return user, err
}

// found inserts the founder. There is one unique founder value, so the single
// insert that makes the first administrator also rules out a second, with no
// step between at which a crash could leave the hub half set up.
func (k *Service) found(ctx context.Context, user User, n NewUser) (User, error) {
	var err error
	if user.Password, err = k.firstHash(ctx, n); err != nil {
		return User{}, err
	}
	user.FirstAdministrator = names.Founder
	err = k.users.Insert(ctx, user)
	if errors.Is(err, fs.ErrExist) {
		if serr := k.notSetUp(ctx); serr != nil {
			return User{}, serr
		}
	}
	if err != nil {
		return User{}, fmt.Errorf("make the first administrator: %w", err)
	}
	return user, nil
}

// notSetUp is ErrSetUp once there is an administrator, or was a founder.
func (k *Service) notSetUp(ctx context.Context) error {
	any, err := k.AnyAdmin(ctx)
	if err != nil {
		return err
	}
	if any {
		return ErrSetUp
	}
	founders, err := k.users.Find(ctx, store.Query{Field: "founder", Equals: names.Founder, Limit: 1})
	if err != nil {
		return fmt.Errorf("look for the founder: %w", err)
	}
	if len(founders) > 0 {
		return ErrSetUp
	}
	return nil
}

func setupID(token string) string {
	return secrets.HexHash(strings.TrimSpace(token))
}

func setupLinkError(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return ErrSetupLink
	}
	return err
}
