package registration

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/fedhub/fedhub/internal/names"
	"github.com/fedhub/fedhub/internal/secrets"
)

// An InitialAccessToken lets clients register themselves (RFC 7591 §3), a
// number of them within a time. It is shown once; only a hash is stored.
type InitialAccessToken struct {
	ID        string    `bson:"id"`   // SHA-256 of the token, hex
	Hint      string    `bson:"hint"` // the last four characters of the token
	Left      int       `bson:"left"` // how many clients may still register
	Created   time.Time `bson:"created"`
	CreatedBy string    `bson:"created_by"`
	Expires   time.Time `bson:"expires"`
}

// Key returns the id the token is stored under.
func (t InitialAccessToken) Key() string { return t.ID }

// ExpiresAt returns the time after which the token is gone.
func (t InitialAccessToken) ExpiresAt() time.Time { return t.Expires }

// An InitialTokenStore keeps initial access tokens. Update is compare-and-swap:
// each of several callers sees what the one before it wrote.
type InitialTokenStore interface {
	Get(ctx context.Context, id string) (InitialAccessToken, error)
	Insert(ctx context.Context, t InitialAccessToken) error
	Update(ctx context.Context, id string, change func(*InitialAccessToken) error) error
	Delete(ctx context.Context, id string) error
	All(ctx context.Context) ([]InitialAccessToken, error)
}

// MaxInitialUses bounds the uses of one token.
const MaxInitialUses = 10_000

// InitialTokens makes and redeems initial access tokens.
type InitialTokens struct {
	Store InitialTokenStore
	Now   func() time.Time
}

// New makes a token for uses registrations within life, and returns it; it
// cannot be shown again. by is its creator.
func (k InitialTokens) New(ctx context.Context, by string, uses int, life time.Duration) (string, InitialAccessToken, error) {
	value := names.InitialTokenPrefix + secrets.Text(32)
	now := k.Now().UTC().Truncate(time.Millisecond)
	t := InitialAccessToken{ID: secrets.HexHash(value), Hint: value[len(value)-4:], Left: uses, Created: now, CreatedBy: by, Expires: now.Add(life)}
	if err := k.Store.Insert(ctx, t); err != nil {
		return "", InitialAccessToken{}, fmt.Errorf("keep initial access token: %w", err)
	}
	return value, t, nil
}

// Check reports whether a client could register with a token; fs.ErrNotExist if
// it is unknown, used up or expired.
func (k InitialTokens) Check(ctx context.Context, value string) error {
	if !strings.HasPrefix(value, names.InitialTokenPrefix) || len(value) > 100 {
		return fmt.Errorf("initial access token: %w", fs.ErrNotExist)
	}
	t, err := k.Store.Get(ctx, secrets.HexHash(value))
	if err == nil {
		err = k.usable(t)
	}
	if err != nil {
		return fmt.Errorf("initial access token: %w", err)
	}
	return nil
}

func (k InitialTokens) usable(t InitialAccessToken) error {
	if t.Left <= 0 || !k.Now().Before(t.Expires) {
		return fs.ErrNotExist
	}
	return nil
}

// Redeem uses the token for one client. Of concurrent callers, no more succeed
// than it has uses.
func (k InitialTokens) Redeem(ctx context.Context, value string) (InitialAccessToken, error) {
	var used InitialAccessToken
	err := k.Store.Update(ctx, secrets.HexHash(value), func(t *InitialAccessToken) error {
		if err := k.usable(*t); err != nil {
			return err
		}
		t.Left--
		used = *t
		return nil
	})
	if err != nil {
		return InitialAccessToken{}, fmt.Errorf("redeem initial access token: %w", err)
	}
	return used, nil
}

// All returns the tokens that can still be used.
func (k InitialTokens) All(ctx context.Context) ([]InitialAccessToken, error) {
	all, err := k.Store.All(ctx)
	if err != nil {
		return nil, fmt.Errorf("list initial access tokens: %w", err)
	}
	var usable []InitialAccessToken
	for _, t := range all {
		if k.usable(t) == nil {
			usable = append(usable, t)
		}
	}
	return usable, nil
}

// Delete revokes a token.
func (k InitialTokens) Delete(ctx context.Context, id string) error {
	if err := k.Store.Delete(ctx, id); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("withdraw initial access token: %w", err)
	}
	return nil
}
