package registration

import (
	"context"
	"errors"
	"io/fs"
	"testing"
	"time"
)

// An initial is an InitialTokenStore in memory.
type initial map[string]InitialAccessToken

func (m initial) Get(_ context.Context, id string) (InitialAccessToken, error) {
	t, found := m[id]
	if !found {
		return t, fs.ErrNotExist
	}
	return t, nil
}

func (m initial) Insert(_ context.Context, t InitialAccessToken) error {
	m[t.ID] = t
	return nil
}

func (m initial) Update(ctx context.Context, id string, change func(*InitialAccessToken) error) error {
	t, err := m.Get(ctx, id)
	if err == nil {
		err = change(&t)
	}
	if err == nil {
		m[id] = t
	}
	return err
}

func (m initial) Delete(_ context.Context, id string) error {
	delete(m, id)
	return nil
}

func (m initial) All(context.Context) (all []InitialAccessToken, err error) {
	for _, t := range m {
		all = append(all, t)
	}
	return all, nil
}

// usable returns the results of all lookups of a token. It uses the token once.
func (k InitialTokens) asked(t *testing.T, value string) (usable [3]bool) {
	t.Helper()
	all, err := k.All(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	check := k.Check(t.Context(), value)
	_, redeem := k.Redeem(t.Context(), value)
	for i, err := range []error{check, redeem} {
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("got %v, want fs.ErrNotExist", err)
		}
		usable[i] = err == nil
	}
	usable[2] = len(all) > 0
	return usable
}

func TestAnInitialAccessTokenEnds(t *testing.T) {
	clock, yes, no := newClock(), [3]bool{true, true, true}, [3]bool{}
	k := InitialTokens{Store: initial{}, Now: clock.now}
	value, _, err := k.New(t.Context(), "ada", 10, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if got := k.asked(t, value); got != yes {
		t.Errorf("at once: got %v", got)
	}
	clock.forward(59 * time.Minute)
	if got := k.asked(t, value); got != yes {
		t.Errorf("a minute before its hour is over: got %v", got)
	}
	clock.forward(time.Minute)
	if got := k.asked(t, value); got != no {
		t.Errorf("after its hour, with uses left: got %v", got)
	}
}

func TestAnInitialAccessTokenIsUsedUp(t *testing.T) {
	clock := newClock()
	k := InitialTokens{Store: initial{}, Now: clock.now}
	value, kept, err := k.New(t.Context(), "ada", 2, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if got := k.asked(t, value); got != [3]bool{true, true, true} {
			t.Errorf("while uses are left: got %v", got)
		}
	}
	if got := k.asked(t, value); got != [3]bool{} {
		t.Errorf("used up: got %v", got)
	}
	for _, wrong := range []string{"", "x", "fht_", kept.ID, value + "x"} {
		if err := k.Check(t.Context(), wrong); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q: got %v", wrong, err)
		}
	}
}

// A clock is moved by hand.
type clock struct{ at time.Time }

func newClock() *clock { return &clock{at: time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time { return c.at }

func (c *clock) forward(d time.Duration) { c.at = c.at.Add(d) }
