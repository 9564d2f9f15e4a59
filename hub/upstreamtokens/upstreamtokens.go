// Package upstreamtokens keeps what upstreams gave this hub to look again at the people
// who came from there, and looks: when an app refreshes its tokens, the
// upstream is asked whether the person is still who they were.
//
// One document holds the tie of one person to one login key, its tokens
// sealed. Whoever asks writes down first that it does, so of any number of
// apps and processes one asks, at most every few minutes.
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

// A Token is what one upstream gave us to look again at one person.
type Token struct {
	ID       string `bson:"id"` // user and login key
	UserID   string `bson:"userId"`
	LoginKey string `bson:"loginKey"`
	Subject  string `bson:"subject"`                // the person's name there
	Sealed   string `bson:"sealed" secret:"sealed"` // federation.Tokens
	Home     string `bson:"home"`                   // who gave them, and nobody else gets them

	Looked time.Time `bson:"looked"` // when the upstream last spoke for the person
	Tried  time.Time `bson:"tried"`  // when it was last asked to
	// Unsure says that the last try got no answer. The upstream may have got
	// the question, and used up the token that it came with.
	Unsure bool `bson:"unsure,omitempty"`
	// Ended says that the upstream no longer speaks for the person.
	Ended   bool      `bson:"ended,omitempty"`
	Expires time.Time `bson:"expires"`
}

// Key names the record.
func (t Token) Key() string { return t.ID }

// ExpiresAt is when nobody has come this way for long.
func (t Token) ExpiresAt() time.Time { return t.Expires }

const (
	// every is how often one person is looked at, at most.
	every = 5 * time.Minute
	// Patience is how long apps go on refreshing while an upstream is silent.
	Patience = 24 * time.Hour
	// keep is how long a tie is kept that nobody uses.
	keep = 180 * 24 * time.Hour
)

var (
	// ErrEnded says that the upstream has ended what the person signed in with.
	ErrEnded = errors.New("the provider has ended access for the user")
	// ErrSilent says that it has been silent for too long to be relied on.
	ErrSilent = errors.New("the provider has not answered for too long")
)

// A Service keeps ties.
type Service struct {
	Ties      *store.Collection[Token]
	Box       *seal.Box
	Upstreams *federation.Registry
	Sessions  *sessions.Service
	Grants    *grants.Service
	// Review takes over what an upstream says now about somebody who came from
	// it; fs.ErrNotExist if the identity is not this user's any more.
	Review func(ctx context.Context, userID string, i federation.Identity, key federation.LoginKey) error
	// End ends a session, and tells whoever has to know of it.
	End   func(context.Context, sessions.Session) error
	Audit *audit.Recorder
	Log   *slog.Logger
	Now   func() time.Time
}

func tieID(userID, key string) string { return userID + " " + key }

// Keep remembers what an upstream gave us at a sign-in, in the place of what
// it gave before. Nothing given leaves nothing to look with.
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

// home is where the tokens of a key's people are good. A key whose address was
// changed leads to somebody else, who must not get them (AD-10).
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
