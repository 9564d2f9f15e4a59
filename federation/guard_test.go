package federation_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/internal/testkit/federationtest"
)

// begin starts a sign-in at the provider, as the button on the sign-in page does.
func (o *office) begin(id string) (string, error) {
	connector, _, err := o.Open(o.t.Context(), id)
	if err != nil {
		return "", err
	}
	var leg federation.AuthState
	return connector.Begin(o.t.Context(), &leg, federation.AuthRequestOptions{})
}

// A gate makes a provider hang until it is opened, and counts the waiting
// requests.
type gate struct {
	inside, most atomic.Int32
	arrived      chan struct{}
	leave        chan struct{}
}

func newGate() *gate { return &gate{arrived: make(chan struct{}, 1000), leave: make(chan struct{})} }

// hangUp is a handler that hangs at the gate and then breaks off.
func (g *gate) hangUp(_ http.ResponseWriter, r *http.Request) {
	n := g.inside.Add(1)
	defer g.inside.Add(-1)
	for most := g.most.Load(); n > most && !g.most.CompareAndSwap(most, n); most = g.most.Load() {
	}
	g.arrived <- struct{}{}
	select {
	case <-g.leave:
	case <-r.Context().Done():
	}
	panic(http.ErrAbortHandler)
}

func TestAnUpstreamThatHangsAffectsNobodyElse(t *testing.T) { // FE-39
	o := newOffice(t)
	hanging, healthy := o.upstream(), o.upstream()
	k := keyAt(hanging)
	k.Name = "Hanging"
	o.add(k, "secret")
	o.add(keyAt(healthy), "secret")
	g := newGate()
	hanging.Set(func(s *federationtest.Script) {
		s.Replace = map[string]http.HandlerFunc{federationtest.PathDiscovery: g.hangUp}
	})

	const people, admitted = 200, 32
	answers := make(chan error, people)
	for range people {
		go func() {
			_, err := o.begin("hanging")
			answers <- err
		}()
	}
	<-g.arrived
	// All but those who are let in have their answer while it still hangs.
	for range people - admitted {
		wantTurnedAway(t, <-answers, "fault.crowd")
	}
	if got := o.State("hanging").Waiting; got != admitted {
		t.Errorf("%d people wait, want %d", got, admitted)
	}
	if _, err := o.signIn("upstream", healthy); err != nil {
		t.Errorf("the healthy upstream: %v", err)
	}
	close(g.leave)
	for range admitted {
		if got := federationtest.Fault(<-answers); got != federation.Unreachable {
			t.Errorf("got a fault %q, want unreachable", got)
		}
	}
	if got := g.most.Load(); got > 2 { // the transport may try a broken connection again
		t.Errorf("it was asked %d times at once", got)
	}

	// Now the provider is known to be down: the error is immediate, without a
	// request.
	asked := hanging.Calls(federationtest.PathDiscovery)
	for range 100 {
		_, err := o.begin("hanging")
		wantTurnedAway(t, err, "fault.resting")
	}
	if got := hanging.Calls(federationtest.PathDiscovery); got != asked {
		t.Errorf("it was asked %d times more", got-asked)
	}
	if o.State("hanging").Until.IsZero() || !o.State("upstream").Until.IsZero() {
		t.Errorf("states: %+v and %+v", o.State("hanging"), o.State("upstream"))
	}

	hanging.Set(func(s *federationtest.Script) { s.Replace = nil })
	o.clock.Move(15 * time.Second)
	if _, err := o.signIn("hanging", hanging); err != nil {
		t.Errorf("after the rest: %v", err)
	}
	if got := o.State("hanging"); !got.Until.IsZero() || got.Waiting != 0 {
		t.Errorf("it is well again, but its state is %+v", got)
	}
}

func wantTurnedAway(t *testing.T, err error, code string) {
	t.Helper()
	var fault *federation.Fault
	if !errors.As(err, &fault) || fault.Kind != federation.Unreachable || fault.Says.Code != code {
		t.Errorf("got %v, want %q", err, code)
	}
}

func TestATokenEndpointThatHangsIsFoundOut(t *testing.T) { // FE-39
	o := newOffice(t)
	u := o.upstream()
	o.add(keyAt(u), "secret")
	if _, err := o.signIn("upstream", u); err != nil {
		t.Fatal(err)
	}
	u.Set(func(s *federationtest.Script) {
		s.Replace = map[string]http.HandlerFunc{federationtest.PathToken: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }}
	})
	for range 5 {
		_, err := o.signIn("upstream", u)
		if federationtest.Fault(err) != federation.Unreachable {
			t.Fatalf("got %v, want unreachable", err)
		}
	}
	// While the provider is down, users are not redirected to it.
	_, err := o.begin("upstream")
	wantTurnedAway(t, err, "fault.resting")
}

func TestAStrangerCannotTripTheBreaker(t *testing.T) { // FE-39
	o := newOffice(t)
	u := o.upstream()
	o.add(keyAt(u), "secret")
	connector, _, err := o.Open(t.Context(), "upstream")
	if err != nil {
		t.Fatal(err)
	}
	junk := map[string]func(back url.Values){
		"another state":     func(back url.Values) { back.Set("state", "x") },
		"a code of his own": func(back url.Values) { back.Set("code", "x") },
		"a refusal":         func(back url.Values) { back.Del("code"); back.Set("error", "temporarily_unavailable") },
		"another issuer":    func(back url.Values) { back.Set("iss", "https://evil.example") },
		"nothing":           func(back url.Values) { clear(back) },
	}
	for name, spoil := range junk {
		for range 20 {
			var leg federation.AuthState
			redirect, err := connector.Begin(t.Context(), &leg, federation.AuthRequestOptions{})
			if err != nil {
				t.Fatalf("%s: begin: %v", name, err)
			}
			back := u.Visit(t, redirect)
			spoil(back)
			if _, err := connector.Finish(t.Context(), leg, back); err == nil {
				t.Fatalf("%s was believed", name)
			}
		}
	}
	// An upstream that answers a made-up code with 500.
	u.Set(func(s *federationtest.Script) {
		s.Replace = map[string]http.HandlerFunc{federationtest.PathToken: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }}
	})
	for range 20 {
		o.signIn("upstream", u) //nolint:errcheck // it fails
	}
	// People who leave while it is slow.
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for range 20 {
		var leg federation.AuthState
		connector.Begin(gone, &leg, federation.AuthRequestOptions{}) //nolint:errcheck // it fails or not
	}
	u.Set(func(s *federationtest.Script) { s.Replace = nil })
	if _, err := o.signIn("upstream", u); err != nil {
		t.Errorf("everybody else: %v", err)
	}
	if got := o.State("upstream"); !got.Until.IsZero() || got.Silent != 0 {
		t.Errorf("the state is %+v", got)
	}
}

func TestOutcomesAreReported(t *testing.T) {
	var mu sync.Mutex
	var seen []federation.Outcome
	o := newOfficeReporting(t, func(_ context.Context, out federation.Outcome) {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, out)
	})
	u := o.upstream()
	o.add(keyAt(u), "secret")
	if _, err := o.signIn("upstream", u); err != nil {
		t.Fatal(err)
	}
	if len(seen) != 2 || seen[0].Step != federation.StepBegin || seen[1].Step != federation.StepFinish || seen[1].Err != nil || seen[1].Key != "upstream" {
		t.Fatalf("got %+v", seen)
	}
	for code, stray := range map[string]bool{"invalid_client": false, "invalid_grant": true} {
		u.Set(func(s *federationtest.Script) {
			s.Replace = map[string]http.HandlerFunc{federationtest.PathToken: func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(http.StatusBadRequest)
				w.Write([]byte(`{"error":"` + code + `"}`)) //nolint:errcheck // a test server
			}}
		})
		o.signIn("upstream", u) //nolint:errcheck // it fails
		last := seen[len(seen)-1]
		if last.Err == nil || last.Stray != stray || last.TurnedAway {
			t.Errorf("%s: got %+v", code, last)
		}
	}
}

// Apps refresh their tokens all the time, and each look at a person would wait
// for a silent upstream in vain.
func TestASilentUpstreamIsNotAskedAboutPeopleAgain(t *testing.T) { // FE-39
	o := newOffice(t)
	u := o.upstream()
	k := keyAt(u)
	k.KeepTokens = true
	o.add(k, "secret")
	id, err := o.signIn("upstream", u)
	if err != nil || id.Tokens.Refresh == "" {
		t.Fatalf("got %+v and %v", id, err)
	}
	connector, _, err := o.Open(t.Context(), "upstream")
	if err != nil {
		t.Fatal(err)
	}
	refresh := func() error {
		now, err := connector.(federation.Refresher).Refresh(t.Context(), id.Tokens)
		if err == nil {
			id = now
		}
		return err
	}
	if err := refresh(); err != nil {
		t.Fatal(err)
	}
	u.Set(func(s *federationtest.Script) {
		s.Replace = map[string]http.HandlerFunc{federationtest.PathToken: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }}
	})
	for range 5 {
		if err := refresh(); federationtest.Fault(err) != federation.Unreachable || federation.TurnedAway(err) {
			t.Fatalf("got %v, want unreachable", err)
		}
	}
	asked := u.Calls(federationtest.PathToken)
	for range 20 {
		wantTurnedAway(t, refresh(), "fault.resting")
	}
	if got := u.Calls(federationtest.PathToken); got != asked {
		t.Errorf("it was asked %d times more", got-asked)
	}
	u.Set(func(s *federationtest.Script) { s.Replace = nil })
	o.clock.Move(15 * time.Second)
	if err := refresh(); err != nil {
		t.Errorf("after the rest: %v", err)
	}
}
