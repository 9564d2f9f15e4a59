package signin_test

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// A hanging upstream accepts connections and never responds.
type hangingUpstream struct {
	*httptest.Server
	arrived chan struct{}
	release chan struct{}
	asked   atomic.Int32
}

// newHanging is a provider that accepts connections and does not respond until it
// is released; then it closes them.
func newHanging(t testing.TB) *hangingUpstream {
	t.Helper()
	s := &hangingUpstream{arrived: make(chan struct{}, 1000), release: make(chan struct{})}
	s.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		s.asked.Add(1)
		s.arrived <- struct{}{}
		select {
		case <-s.release:
		case <-r.Context().Done():
		}
		panic(http.ErrAbortHandler)
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	return s
}

func TestPeopleAtAHangingUpstreamHoldUpNobodyElse(t *testing.T) { // FE-39
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	hanging := newHanging(t)
	key := w.OpenIDKey("Hanging", hanging.URL)
	other := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	second := w.OpenIDKey("Second", other.URL)

	const people, admitted = 40, 32
	answers := make(chan hubtest.Page, people)
	for range people {
		b := w.Browser()
		signin := b.Open("/signin")
		go func() { answers <- b.Post(signin, "/signin/with/"+key.ID) }()
	}
	<-hanging.arrived
	for range people - admitted {
		p := <-answers
		hubtest.Want(t, "status for who is turned away", p.Status, http.StatusServiceUnavailable)
		if !strings.Contains(p.Body, "Many people are waiting for Hanging") || !strings.Contains(p.Body, `href="/signin?local=1"`) {
			t.Errorf("the page is\n%s", p.Body)
		}
	}
	// Meanwhile a password and another key work.
	b := w.Browser()
	if p := b.SignIn(b.Open("/signin"), "ada@example.org"); p.Status != http.StatusOK || !strings.Contains(p.Body, "ada@example.org") {
		t.Errorf("by password: got %d\n%s", p.Status, p.Body)
	}
	b = w.Browser()
	if p := b.Post(b.Open("/signin"), "/signin/with/"+second.ID); !strings.Contains(p.Location+p.Body, other.URL+"/oauth2/authorize") {
		t.Errorf("by another key: got %d %q\n%s", p.Status, p.Location, p.Body)
	}
	if got := hanging.asked.Load(); got > 4 {
		t.Errorf("the hanging upstream was asked %d times at once", got)
	}
	close(hanging.release)
	for range admitted {
		hubtest.Want(t, "status for who waited", (<-answers).Status, http.StatusServiceUnavailable)
	}

	// The hub knows now that it does not respond, and shows that to the
	// administrator.
	b = w.Browser()
	p := b.Post(b.Open("/signin"), "/signin/with/"+key.ID)
	if !strings.Contains(p.Body, "Hanging doesn&#39;t answer. Try again in a minute") {
		t.Errorf("the page is\n%s", p.Body)
	}
	admin := w.Operator()
	for _, path := range []string{"/admin/providers", "/admin/providers/" + key.ID} {
		if p := admin.Open(path); !strings.Contains(p.Body, "Not responding") || !strings.Contains(p.Body, "0 sign-ins, 32 failures in 24 hours, 9 users refused") {
			t.Errorf("%s is\n%s", path, p.Body)
		}
	}
}
