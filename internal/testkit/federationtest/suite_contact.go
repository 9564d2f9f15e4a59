package federationtest

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation"
)

// contact: an unreachable provider is noticed before the redirect, although its
// metadata is cached for an hour.
func (s suite) contact(t *testing.T) {
	begin := func(w *World) error {
		_, err := w.Connector.Begin(t.Context(), &federation.AuthState{}, federation.AuthRequestOptions{})
		return err
	}
	for name, row := range map[string]struct {
		answer http.HandlerFunc
		down   bool
	}{
		"it hangs up":                 {hangUp, true},
		"it hangs":                    {hang, true},
		"its proxy says 502":          {status(502, ""), true},
		"its proxy says 503":          {status(503, "<html>"), true},
		"it asks for patience":        {status(429, ""), false},
		"its document is gone":        {status(404, ""), false},
		"its document is of no use":   {page("text/html", "<html>"), false},
		"its document is another's":   {page("application/json", `{"issuer":"https://other.example"}`), false},
		"it is there and has changed": {nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := NewWorld(t, s.kind, s.factory, func(w *World) {
				if s.adapt != nil {
					s.adapt(w)
				}
				if name == "it hangs" { // until the test's timeout, which is shorter than a user's
					w.Env.Patience = 200 * time.Millisecond
				}
			})
			w.MustSignIn(federation.AuthRequestOptions{})
			leg, answer := w.Begin(federation.AuthRequestOptions{})
			if row.answer != nil {
				w.Set(func(s *Script) { s.Replace = map[string]http.HandlerFunc{PathDiscovery: row.answer} })
			}
			before := w.Calls(PathDiscovery)
			if err := begin(w); err != nil {
				t.Fatalf("moments after it answered: %v", err)
			}
			if got := w.Calls(PathDiscovery); got != before {
				t.Errorf("it was asked %d times although it had just answered", got-before)
			}
			w.Clock.Move(6 * time.Second)
			var people sync.WaitGroup
			for range 20 {
				people.Go(func() {
					if err := begin(w); (Fault(err) == federation.Unreachable) != row.down || (err == nil) == row.down {
						t.Errorf("six seconds later: got %v", err)
					}
				})
			}
			people.Wait()
			if got := w.Calls(PathDiscovery); got != before+1 {
				t.Errorf("it was asked %d times for all of them, want once", got-before)
			}
			// A user who is at the provider already may finish; the callback
			// shows that it is up.
			if _, err := w.Finish(leg, answer); err != nil {
				t.Errorf("somebody who was there: %v", err)
			}
			if err := begin(w); err != nil {
				t.Errorf("after it took a code: %v", err)
			}
			w.Set(func(s *Script) { s.Replace = nil })
			w.Clock.Move(6 * time.Second)
			w.MustSignIn(federation.AuthRequestOptions{})
		})
	}
}
