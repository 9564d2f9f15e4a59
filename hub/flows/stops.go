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
	"github.com/fedhub/fedhub/internal/secrets"
)

// A Interruption is a moment at which the browser is elsewhere, or the person is asked
// something beside the flow: at an upstream, or proving an account before it
// is linked. What must be remembered meanwhile is sealed, for it holds PKCE
// verifiers and claims about people.
type Interruption struct {
	ID      string    `bson:"id"` // hash of the name
	Kind    string    `bson:"kind"`
	Browser string    `bson:"browser" secret:"hash"`
	Sealed  string    `bson:"sealed" secret:"sealed"`
	Trace   string    `bson:"trace,omitempty"` // id of the login trace it is part of
	Expires time.Time `bson:"expires"`
}

// Key names the record.
func (s Interruption) Key() string { return s.ID }

// ExpiresAt is when the person took too long.
func (s Interruption) ExpiresAt() time.Time { return s.Expires }

// StopLife is how long a person may stay away.
const StopLife = 10 * time.Minute

// Interruptions keeps what is remembered meanwhile.
type Interruptions struct {
	Set *store.Collection[Interruption]
	Box *seal.Box
	Now func() time.Time
}

// Name makes an unguessable name for a stop.
func Name() string { return rand.Text() }

// Keep remembers value under the name, for one kind of stop in one browser.
func (s *Interruptions) Keep(ctx context.Context, kind, name, browser string, value any) error {
	plain, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("keep a stop: %w", err)
	}
	id := stopID(name)
	return s.Set.Insert(ctx, Interruption{
		ID:      id,
		Kind:    kind,
		Browser: browser,
		Sealed:  s.Box.Seal(plain, names.Stop(kind, id)),
		Trace:   traces.Of(ctx).Keep(),
		Expires: s.Now().Add(StopLife),
	})
}

// Take returns what was kept, once. It must be asked for as the same kind and
// in the same browser, or it is ErrGone; an attempt from another browser does
// not use it up, or a stranger could spoil a sign-in by guessing.
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
	plain, err := s.Box.Open(stop.Sealed, names.Stop(kind, stop.ID))
	if err != nil {
		return err
	}
	return json.Unmarshal(plain, out)
}

// carried is what a browser carries itself, for a moment.
type carried struct {
	Until time.Time
	Value json.RawMessage
}

// Carry seals a value into a text that a browser takes from one address of ours
// to the next: where anybody may send something that must come along, nothing
// is kept here for it.
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

// Carried opens what Carry sealed for the same kind. What is too old, or was
// not sealed here, is ErrGone.
func (s *Interruptions) Carried(kind, text string, out any) error {
	plain, err := s.Box.Open(text, names.Carried(kind))
	if err != nil {
		return ErrGone
	}
	var c carried
	if err := json.Unmarshal(plain, &c); err != nil {
		return fmt.Errorf("read what was carried: %w", err)
	}
	if !s.Now().Before(c.Until) {
		return ErrGone
	}
	return json.Unmarshal(c.Value, out)
}

func stopID(name string) string {
	return secrets.HexHash(name)
}
