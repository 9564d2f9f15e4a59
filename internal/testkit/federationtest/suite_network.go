package federationtest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation"
)

// network has FE-38 and FE-39 at every endpoint. The HTTP client is a plain one:
// the connector must handle these errors without the hub's guard too.
func (s suite) network(t *testing.T) {
	s.bear(t, []string{PathDiscovery, PathToken, PathKeys, PathUserinfo}, map[string]trouble{
		"hangs":           {hang, []federation.FaultKind{federation.Unreachable}},
		"drips":           {drip, []federation.FaultKind{federation.Unreachable}},
		"hangs up":        {hangUp, []federation.FaultKind{federation.Unreachable}},
		"answers 1 GB":    {endless, []federation.FaultKind{federation.Untrusted, federation.Unreachable}},
		"stops half-way":  {stop, []federation.FaultKind{federation.Untrusted, federation.Unreachable, federation.Misconfigured}},
		"answers garbage": {page("application/json", "\x00\x01\x02"), []federation.FaultKind{federation.Untrusted, federation.Misconfigured}},
	})
	t.Run("FE-39 a dead discovery is asked rarely", func(t *testing.T) {
		w := s.world(t)
		w.Set(func(s *Script) { s.Replace = map[string]http.HandlerFunc{PathDiscovery: status(503, "")} })
		for range 20 {
			w.SignIn(federation.AuthRequestOptions{})
		}
		if got := w.Calls(PathDiscovery); got != 1 {
			t.Errorf("it was asked %d times, want once", got)
		}
		w.Set(func(s *Script) { s.Replace = nil })
		w.Clock.Move(5 * time.Second)
		w.MustSignIn(federation.AuthRequestOptions{})
	})
	t.Run("FE-45 a visitor who leaves is no fault", s.visitorLeaves)
}

// A trouble is a fault of an endpoint, and the kinds of error that the sign-in
// may end with.
type trouble struct {
	handler http.HandlerFunc
	want    []federation.FaultKind
}

// bear tests each trouble at each endpoint.
func (s suite) bear(t *testing.T, paths []string, troubles map[string]trouble) {
	for name, row := range troubles {
		for _, path := range paths {
			t.Run(name+" at "+path, func(t *testing.T) {
				w := NewWorld(t, s.kind, s.factory, func(w *World) {
					if s.adapt != nil {
						s.adapt(w)
					}
					if strings.HasPrefix(name, "hangs") || name == "drips" {
						w.Env.Patience = 200 * time.Millisecond
					}
				})
				w.Set(func(s *Script) { s.Replace = map[string]http.HandlerFunc{path: row.handler} })
				_, err := w.SignIn(federation.AuthRequestOptions{})
				for _, want := range row.want {
					if Fault(err) == want {
						return
					}
				}
				t.Errorf("got %v, want %v", err, row.want)
			})
		}
	}
}

func (s suite) visitorLeaves(t *testing.T) {
	w := s.world(t)
	leg, query := w.Begin(federation.AuthRequestOptions{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.Connector.Finish(ctx, leg, query); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

func hang(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func hangUp(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

func drip(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	io.WriteString(w, `{"a":"`)
	for r.Context().Err() == nil {
		io.WriteString(w, ".")
		w.(http.Flusher).Flush()
		select {
		case <-r.Context().Done():
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func endless(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	io.WriteString(w, `{"a":"`)
	for range 1 << 14 {
		if _, err := io.WriteString(w, strings.Repeat("x", 1<<16)); err != nil {
			return
		}
	}
}

func stop(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", "1000")
	io.WriteString(w, `{"a":`)
}
