// Package upstreamtokens keeps providers' tokens and uses them to refresh
// profiles: when an app refreshes its tokens, the hub asks the provider whether
// the user is still the same and active.
//
// One document holds the encrypted tokens of one user and one login key. A
// process first stores that it asks, so that of any number of apps and
// processes only one asks, at most every few minutes.
package upstreamtokens

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/seal"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/names"
)

// A Token is a provider's tokens for refreshing one user's profile.
type Token struct {
	ID       string `bson:"id"` // user and login key
	UserID   string `bson:"userId"`
	LoginKey string `bson:"loginKey"`
	Subject  string `bson:"subject"`                // the user's sub there
	Sealed   string `bson:"sealed" secret:"sealed"` // federation.Tokens
	Home     string `bson:"home"`                   // the provider; they are sent to no other

	Looked time.Time `bson:"looked"` // last successful refresh
	Tried  time.Time `bson:"tried"`  // last attempt
	// Unsure says that the last attempt got no answer. The provider may have
	// received the request and used up its token.
	Unsure bool `bson:"unsure,omitempty"`
	// Ended says that the provider ended access for the user.
	Ended   bool      `bson:"ended,omitempty"`
	Expires time.Time `bson:"expires"`
}

// Key names the record.
func (t Token) Key() string { return t.ID }

// ExpiresAt is when the record is deleted if it is not used.
func (t Token) ExpiresAt() time.Time { return t.Expires }

const (
	// every is the shortest interval for one user.
	every = 5 * time.Minute
	// Patience is how long apps can refresh while a provider does not answer.
	Patience = 24 * time.Hour
	// keep is how long an unused record is kept.
	keep = 180 * 24 * time.Hour
)

var (
	// ErrEnded says that the provider ended access for the user.
	ErrEnded = errors.New("the provider has ended access for the user")
	// ErrSilent says that the provider has not answered for too long.
	ErrSilent = errors.New("the provider has not answered for too long")
)

// A Service keeps the tokens.
type Service struct {
	Ties      *store.Collection[Token]
	Box       *seal.Box
	Upstreams *federation.Registry
	Sessions  *sessions.Service
	Grants    *grants.Service
	// Review applies the provider's current profile of a user; fs.ErrNotExist
	// if the identity no longer belongs to this user.
	Review func(ctx context.Context, userID string, i federation.Identity, key federation.LoginKey) error
	// End ends a session, with notices to its clients.
	End   func(context.Context, sessions.Session) error
	Audit *audit.Recorder
	Log   *slog.Logger
	Now   func() time.Time
}

func tieID(userID, key string) string { return userID + " " + key }

// Keep stores a provider's tokens of a sign-in and replaces earlier ones.
// Without tokens, profiles are not refreshed.
func (k *Service) Keep(ctx context.Context, user users.User, i federation.Identity) error {
	id := tieID(user.ID, i.Key)
	if i.Tokens.Refresh == "" {
		return k.forget(ctx, id)
	}
	sealed, err := k.seal(id, i.Tokens)
	if err != nil {
		return err
	}
	key, err := k.Upstreams.Get(ctx, i.Key)
	if err != nil {
		return fmt.Errorf("store a provider's tokens: %w", err)
	}
	now := k.Now()
	t := Token{ID: id, UserID: user.ID, LoginKey: i.Key, Subject: i.Subject, Sealed: sealed, Home: home(key), Looked: now, Tried: now, Expires: now.Add(keep)}
	var before Token
	err = k.Ties.Insert(ctx, t)
	if errors.Is(err, fs.ErrExist) {
		err = k.Ties.Update(ctx, id, func(old *Token) error { before, *old = *old, t; return nil })
	}
	if err != nil {
		return fmt.Errorf("store a provider's tokens: %w", err)
	}
	k.giveBackOf(ctx, before, i.Tokens)
	return nil
}

// home identifies the provider that a key's tokens belong to. If a key's
// address was changed it leads to another provider, which must not get them
// (AD-10).
func home(key federation.LoginKey) string { return key.BaseURL + " " + key.Endpoints.Token }

func (k *Service) seal(id string, tokens federation.Tokens) (string, error) {
	plain, err := json.Marshal(tokens)
	if err != nil {
		return "", fmt.Errorf("encrypt a provider's tokens: %w", err)
	}
	return k.Box.Seal(plain, names.Tie(id)), nil
}

func (k *Service) tokens(t Token) (federation.Tokens, error) {
	var tokens federation.Tokens
	plain, err := k.Box.Open(t.Sealed, names.Tie(t.ID))
	if err == nil {
		err = json.Unmarshal(plain, &tokens)
	}
	if err != nil {
		return federation.Tokens{}, fmt.Errorf("decrypt a provider's tokens: %w", err)
	}
	return tokens, nil
}
