package flows

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/fedhub/fedhub/hub/seal"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/traces"
	"github.com/fedhub/fedhub/internal/names"
	"github.com/fedhub/fedhub/internal/reader"
	"github.com/fedhub/fedhub/internal/secrets"
)

// An Interruption is a moment at which the browser is elsewhere or the user is
// asked something outside the flow: at a provider, or while they prove an
// account before linking. Its content is encrypted, because it holds PKCE
// verifiers and claims about people.
type Interruption struct {
	ID      string    `bson:"id"` // hash of the name
	Kind    string    `bson:"kind"`
	Browser string    `bson:"browser" secret:"hash"`
	Sealed  string    `bson:"sealed" secret:"sealed"`
	Trace   string    `bson:"trace,omitempty"` // id of its login trace
	Asked   string    `bson:"asked,omitempty"` // the ui_locales of the request that it belongs to
	Expires time.Time `bson:"expires"`
}

// Key names the record.
func (s Interruption) Key() string { return s.ID }

// ExpiresAt is when it times out.
func (s Interruption) ExpiresAt() time.Time { return s.Expires }

// StopLife is how long a user may stay away.
const StopLife = 10 * time.Minute

// Interruptions keeps the content until the user returns.
type Interruptions struct {
	Set *store.Collection[Interruption]
	Box *seal.Box
	Now func() time.Time
}

// Name makes an unguessable name for an interruption.
func Name() string { return rand.Text() }

// Keep stores a value under the name, for one kind of interruption and one
// browser.
func (s *Interruptions) Keep(ctx context.Context, kind, name, browser string, value any) error {
	plain, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("store an interruption: %w", err)
	}
	id := stopID(name)
	return s.Set.Insert(ctx, Interruption{
		ID:      id,
		Kind:    kind,
		Browser: browser,
		Sealed:  s.Box.Seal(plain, names.Stop(kind, id)),
		Trace:   traces.Of(ctx).Keep(),
		Asked:   reader.Of(ctx).Known().Asked,
		Expires: s.Now().Add(StopLife),
	})
}

// Take returns the stored value, once. The kind and the browser must match, or
// it is ErrGone. An attempt from another browser does not use it up, so that a
// stranger cannot break a sign-in.
func (s *Interruptions) Take(ctx context.Context, kind, name, browser string, out any) error {
	if err := s.Peek(ctx, kind, name, browser, out); err != nil {
		return err
	}
	_, err := s.Set.Take(ctx, stopID(name))
	return orGone(err)
}

// Peek is Take without using it up.
func (s *Interruptions) Peek(ctx context.Context, kind, name, browser string, out any) error {
	if name == "" || browser == "" {
		return ErrGone
	}
	stop, err := s.Set.Get(ctx, stopID(name))
	if errors.Is(err, fs.ErrNotExist) {
		return ErrGone
	}
	if err != nil {
		return err
	}
	if stop.Kind != kind || stop.Browser != browser {
		return ErrGone
	}
	traces.Of(ctx).Continue(stop.Trace)
	reader.Of(ctx).Ask(stop.Asked)
	plain, err := s.Box.Open(stop.Sealed, names.Stop(kind, stop.ID))
	if err != nil {
		return err
	}
	return json.Unmarshal(plain, out)
}

// carried is a value that the browser itself carries for a short time.
type carried struct {
	Until time.Time
	Value json.RawMessage
}

// Carry encrypts a value into a text that a browser carries from one page of
// the hub to the next. Unauthenticated requests use it, so that they store
// nothing on the server.
func (s *Interruptions) Carry(kind string, value any, life time.Duration) (string, error) {
	inner, err := json.Marshal(value)
	if err != nil {
		return "", fmt.Errorf("carry: %w", err)
	}
	plain, err := json.Marshal(carried{s.Now().Add(life), inner})
	if err != nil {
		return "", fmt.Errorf("carry: %w", err)
	}
	return s.Box.Seal(plain, names.Carried(kind)), nil
}

// Carried opens what Carry made for the same kind. A value that is too old or
// not from this hub is ErrGone.
func (s *Interruptions) Carried(kind, text string, out any) error {
	plain, err := s.Box.Open(text, names.Carried(kind))
	if err != nil {
		return ErrGone
	}
	var c carried
	if err := json.Unmarshal(plain, &c); err != nil {
		return fmt.Errorf("read a carried value: %w", err)
	}
	if !s.Now().Before(c.Until) {
		return ErrGone
	}
	return json.Unmarshal(c.Value, out)
}

func stopID(name string) string {
	return secrets.HexHash(name)
}
