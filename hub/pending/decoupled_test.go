package pending_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/pending"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/sqlite"
)

// A world is requests that wait, and a clock that is moved by hand.
type world struct {
	*pending.Service
	t    *testing.T
	time time.Time
}

func newWorld(t *testing.T) *world {
	t.Helper()
	db, err := sqlite.Open(filepath.Join(t.TempDir(), "hub.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close(context.Background()) }) //nolint:errcheck // the test is over
	err = db.Prepare(t.Context(), []store.CollectionSpec{
		{Name: "decoupled", Unique: []string{"code"}, Index: []string{"user", "decision.loginKey"}},
		{Name: "guesses"},
	})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, time: time.Date(2030, 5, 1, 12, 0, 0, 0, time.UTC)}
	now := func() time.Time { return w.time }
	w.Service = &pending.Service{
		Requests: store.NewCollection[pending.Request](db, "decoupled", now), Guesses: store.NewCollection[pending.Guess](db, "guesses", now), Now: now,
	}
	return w
}

func (w *world) pass(d time.Duration) { w.time = w.time.Add(d) }

// television requests a code, and returns the pending request too.
func (w *world) television() (r pending.Request, secret, code string) {
	w.t.Helper()
	secret, code, err := w.Ask(w.t.Context(), pending.Request{Kind: pending.Device, ClientID: "television", Scopes: []string{"openid"}}, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	if r, err = w.Find(w.t.Context(), "ada", code); err != nil {
		w.t.Fatal(err)
	}
	return r, secret, code
}

// bank requests ada's approval by CIBA.
func (w *world) bank() (r pending.Request, secret string) {
	w.t.Helper()
	secret, code, err := w.Ask(w.t.Context(), pending.Request{Kind: pending.Back, ClientID: "bank", UserID: "ada"}, 0)
	if err != nil || code != "" {
		w.t.Fatalf("got the code %q, %v, want none", code, err)
	}
	waiting, err := w.Waiting(w.t.Context(), "ada")
	if err != nil || len(waiting) != 1 {
		w.t.Fatalf("%d requests wait, %v, want 1", len(waiting), err)
	}
	return waiting[0], secret
}

// answers checks the error code that a polling client gets.
func (w *world) answers(what string, kind pending.Kind, secret, client, code string) {
	w.t.Helper()
	r, err := w.Poll(w.t.Context(), kind, secret, client)
	if oauth.Code(err) != code || (code == "") != (err == nil) {
		w.t.Errorf("%s: got %v, want %q", what, err, code)
	}
	if code != "" && r.ID != "" {
		w.t.Errorf("%s: the request was handed out", what)
	}
}

func (w *world) gone(what string, err error) {
	w.t.Helper()
	if !errors.Is(err, pending.ErrGone) {
		w.t.Errorf("%s: got %v, want that it is gone", what, err)
	}
}

func (w *world) good(what string, err error) {
	w.t.Helper()
	if err != nil {
		w.t.Errorf("%s: %v", what, err)
	}
}

func TestAPersonDecidesOnce(t *testing.T) {
	w := newWorld(t)
	for name, ask := range map[string]func() (string, pending.Kind, string, string){
		"a device": func() (string, pending.Kind, string, string) {
			r, s, _ := w.television()
			return r.ID, pending.Device, s, "television"
		},
		"back channel": func() (string, pending.Kind, string, string) {
			r, s := w.bank()
			return r.ID, pending.Back, s, "bank"
		},
	} {
		id, kind, secret, client := ask()
		w.good(name, w.Deny(t.Context(), id, "ada"))
		w.gone(name+": allowed after it was denied", w.Allow(t.Context(), id, "ada", pending.Decision{GrantID: "g"}))
		w.answers(name+": denied, then allowed", kind, secret, client, "access_denied")

		id, kind, secret, client = ask()
		w.good(name, w.Allow(t.Context(), id, "ada", pending.Decision{GrantID: "the first"}))
		w.gone(name+": denied after it was allowed", w.Deny(t.Context(), id, "ada"))
		w.gone(name+": allowed by another", w.Allow(t.Context(), id, "eve", pending.Decision{GrantID: "the second"}))
		r, err := w.Poll(t.Context(), kind, secret, client)
		if err != nil || r.UserID != "ada" || r.Decision.GrantID != "the first" {
			t.Errorf("%s: got %+v, %v, want what ada said first", name, r, err)
		}
		w.gone(name+": decided after it was collected", w.Deny(t.Context(), id, "ada"))
		w.answers(name+": a second time", kind, secret, client, "invalid_grant")
	}
}

func TestNobodyDecidesForSomebodyElse(t *testing.T) { // CIBA §7.1
	w := newWorld(t)
	r, secret := w.bank()
	w.gone("eve allows what ada is asked", w.Allow(t.Context(), r.ID, "eve", pending.Decision{}))
	w.gone("eve denies it", w.Deny(t.Context(), r.ID, "eve"))
	w.answers("still open", pending.Back, secret, "bank", "authorization_pending")
	hers, err := w.Waiting(t.Context(), "eve")
	if err != nil || len(hers) != 0 {
		t.Errorf("%d requests wait for eve, %v, want none", len(hers), err)
	}
}

func TestARequestWaitsTenMinutes(t *testing.T) { // RFC 8628 §3.2, §5.2
	w := newWorld(t)
	tv, secret, code := w.television()
	early, _, _ := w.television()
	bank, _ := w.bank()
	w.pass(10*time.Minute - time.Second)
	_, err := w.One(t.Context(), bank.ID)
	w.good("a second before", err)
	w.good("answered a second before", w.Allow(t.Context(), early.ID, "ada", pending.Decision{}))
	w.pass(time.Second)
	_, err = w.One(t.Context(), bank.ID)
	w.gone("back channel", err)
	_, err = w.Find(t.Context(), "ada", code)
	w.gone("by its code", err)
	w.gone("to allow", w.Allow(t.Context(), tv.ID, "ada", pending.Decision{}))
	waiting, err := w.Waiting(t.Context(), "ada")
	if err != nil || len(waiting) != 0 {
		t.Errorf("%d requests wait, %v, want none", len(waiting), err)
	}
	w.answers("the device", pending.Device, secret, "television", "expired_token")
	w.pass(10 * time.Minute)
	w.answers("ten minutes later nobody knows it", pending.Device, secret, "television", "invalid_grant")
}

func TestWhatWasAllowedCannotBeCollectedLate(t *testing.T) {
	w := newWorld(t)
	r, secret, _ := w.television()
	w.good("allow", w.Allow(t.Context(), r.ID, "ada", pending.Decision{}))
	w.pass(10 * time.Minute)
	w.answers("after ten minutes", pending.Device, secret, "television", "expired_token")
}

func TestOnlyTheClientThatAskedCollects(t *testing.T) {
	w := newWorld(t)
	tv, device, code := w.television()
	bank, back := w.bank()
	w.good("allow", w.Allow(t.Context(), tv.ID, "ada", pending.Decision{}))
	w.good("allow", w.Allow(t.Context(), bank.ID, "ada", pending.Decision{}))
	w.answers("another client", pending.Device, device, "bank", "invalid_grant")
	w.answers("another client", pending.Back, back, "television", "invalid_grant")
	w.answers("one kind for the other", pending.Back, device, "television", "invalid_grant")
	w.answers("one kind for the other", pending.Device, back, "bank", "invalid_grant")
	w.answers("another prefix", pending.Back, "fhb_"+device[4:], "television", "invalid_grant")
	w.answers("the code that people see", pending.Device, code, "television", "invalid_grant")
	w.answers("the head of the secret", pending.Device, device[:30], "television", "invalid_grant")
	w.answers("the device", pending.Device, device, "television", "")
	w.answers("the bank", pending.Back, back, "bank", "")
}

func TestWhatWasAllowedIsHandedOutOnce(t *testing.T) {
	w := newWorld(t)
	r, secret, _ := w.television()
	w.good("allow", w.Allow(t.Context(), r.ID, "ada", pending.Decision{}))
	var won atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, err := w.Poll(t.Context(), pending.Device, secret, "television"); err == nil {
				won.Add(1)
			}
		})
	}
	all.Wait()
	if won.Load() != 1 {
		t.Errorf("it was handed out %d times, want once", won.Load())
	}
}

func TestACodeOpensOnlyWhatShowsIt(t *testing.T) {
	w := newWorld(t)
	r, _, code := w.television()
	again, err := w.Find(t.Context(), "bob", code)
	if err != nil || again.ID != r.ID {
		t.Errorf("got %q, %v, want the request that shows the code", again.ID, err)
	}
	w.good("deny", w.Deny(t.Context(), r.ID, "ada"))
	_, err = w.Find(t.Context(), "bob", code)
	w.gone("a code that was answered", err)
	bank, _ := w.bank()
	_, err = w.Find(t.Context(), "bob", bank.CodeHash)
	w.gone("a request that shows none", err)
}

func TestAPersonGuessesFiveCodes(t *testing.T) { // RFC 8628 §5.1
	w := newWorld(t)
	_, _, code := w.television()
	wrong := strings.Repeat("B", 8)
	for range 5 {
		_, err := w.Find(t.Context(), "eve", wrong)
		w.gone("a wrong code", err)
	}
	for _, typed := range []string{wrong, code} {
		if _, err := w.Find(t.Context(), "eve", typed); !errors.Is(err, pending.ErrGuesses) {
			t.Errorf("the sixth: got %v, want that it was too often", err)
		}
	}
	_, err := w.Find(t.Context(), "ada", code)
	w.good("somebody else", err)
	w.pass(15*time.Minute - time.Second)
	if _, err := w.Find(t.Context(), "eve", wrong); !errors.Is(err, pending.ErrGuesses) {
		t.Errorf("before a quarter of an hour: got %v, want that it was too often", err)
	}
	w.pass(time.Second)
	_, err = w.Find(t.Context(), "eve", wrong)
	w.gone("after it", err)
}

func TestRightCodesAreNoGuesses(t *testing.T) {
	w := newWorld(t)
	for range 7 {
		_, _, code := w.television() // which looks once
		_, err := w.Find(t.Context(), "ada", code)
		w.good("a right code", err)
	}
}

func TestPollingTooFastSlowsDown(t *testing.T) { // RFC 8628 §3.5
	w := newWorld(t)
	_, secret, _ := w.television()
	poll := func(after time.Duration, code string) {
		t.Helper()
		w.pass(after)
		w.answers(after.String()+" later", pending.Device, secret, "television", code)
	}
	poll(0, "authorization_pending")
	poll(4*time.Second, "authorization_pending") // a network is no metronome
	poll(4*time.Second-time.Millisecond, "slow_down")
	poll(9*time.Second-time.Millisecond, "slow_down") // ten by now
	poll(14*time.Second, "authorization_pending")     // fifteen
	poll(14*time.Second-time.Millisecond, "slow_down")
}
