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

// setupLife is how long a setup link is valid.
const setupLife = time.Hour

var (
	// ErrSetupLink means that the link was used, has expired or never existed.
	ErrSetupLink = errors.New("this setup link was used or has expired; create a new one with \"fedhub setup-link\"")
	// ErrSetUp means that an administrator exists, so set-up is closed.
	ErrSetUp = errors.New("this hub is set up already; sign in as its administrator")
)

// A SetupLink lets the operator who can read the server's output become the
// first administrator. The record holds only the token's hash.
type SetupLink struct {
	ID      string    `bson:"id"` // SHA-256 of the token, in hex
	Created time.Time `bson:"created"`
	Expires time.Time `bson:"expires"`
}

// Key is the link's id.
func (s SetupLink) Key() string { return s.ID }

// ExpiresAt is when the link stops working.
func (s SetupLink) ExpiresAt() time.Time { return s.Expires }

// NewSetupLink returns a token that creates the first administrator once,
// within an hour. If there is an administrator it is ErrSetUp.
func (k *Service) NewSetupLink(ctx context.Context) (token string, err error) {
	if err := k.notSetUp(ctx); err != nil {
		return "", err
	}
	token = names.SetupPrefix + secrets.New()
	now := k.now()
	link := SetupLink{ID: setupID(token), Created: now, Expires: now.Add(setupLife)}
	if err := k.setups.Insert(ctx, link); err != nil {
		return "", fmt.Errorf("store a setup link: %w", err)
	}
	return token, nil
}

// CheckSetup reports whether a setup link is valid, without using it.
func (k *Service) CheckSetup(ctx context.Context, token string) error {
	if err := k.notSetUp(ctx); err != nil {
		return err
	}
	_, err := k.setups.Get(ctx, setupID(token))
	return setupLinkError(err)
}

// Setup uses a setup link to create the first administrator. Of any number of
// concurrent calls, with one link or several, exactly one succeeds; the others
// get ErrSetupLink or ErrSetUp. Mistakes in n do not use up the link.
func (k *Service) Setup(ctx context.Context, token string, n NewUser) (User, error) {
	if err := k.CheckSetup(ctx, token); err != nil {
		return User{}, err
	}
	n.Roles = slices.Concat(n.Roles, []string{AdminRole})
	user, err := k.draft(ctx, n)
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
		// The account was not created, so the link becomes valid again.
		err = errors.Join(err, k.setups.Insert(lasting.Of(ctx), link))
	}
	return user, err
}

// found inserts the first administrator. There is one unique founder value, so
// this single insert also rules out a second one, and no crash can leave the
// hub half set up.
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
		return User{}, fmt.Errorf("create the first administrator: %w", err)
	}
	return user, nil
}

// notSetUp is ErrSetUp if there is an administrator, or ever was a first one.
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
		return fmt.Errorf("find the first administrator: %w", err)
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
