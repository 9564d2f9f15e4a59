package hubtest

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/fedhub/fedhub/clients"
)

// listener is an app that hears of logouts: its answers are what answer says,
// and every token it got is in told.
type listener struct {
	*App
	Told   chan string
	Status atomic.Int32
}

func (w *World) Listener() *listener {
	w.Helper()
	l := &listener{Told: make(chan string, 100)}
	l.Status.Store(http.StatusOK)
	server := NewServer(w.TB, func(rw http.ResponseWriter, r *http.Request) {
		token := r.PostFormValue("logout_token")
		rw.WriteHeader(int(l.Status.Load()))
		l.Told <- token
	})
	l.App = w.App(func(c *clients.Client) { c.BackchannelLogoutURI = server + "/logout" })
	return l
}

// Next is the logout token that arrives next; one that never does fails the
// test.
func (l *listener) Next() string {
	l.W.Helper()
	return Arrives(l.W, l.Told, "the app hears of no logout")
}

// Arrives waits for what happens beside the requests, and fails the test in
// these words if it does not.
func Arrives[T any](t testing.TB, from <-chan T, otherwise string) T {
	t.Helper()
	select {
	case one := <-from:
		return one
	case <-time.After(time.Minute): // long, for machines that are busy
		t.Fatal(otherwise)
		panic("unreachable")
	}
}

// Text is what stands in the element of a page with this id.
func (p Page) Text(id string) string {
	root, err := html.Parse(strings.NewReader(p.Body))
	if err != nil {
		return err.Error()
	}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode || Attr(n, "id") != id {
			continue
		}
		var out strings.Builder
		for inner := range n.Descendants() {
			if inner.Type == html.TextNode {
				out.WriteString(inner.Data)
			}
		}
		return out.String()
	}
	return ""
}

// OpenUntil opens a page again and again until it is as it should be.
func (b *Browser) OpenUntil(path string, good func(Page) bool) Page {
	b.W.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); {
		if p := b.Open(path); good(p) {
			return p
		}
	}
	b.W.Fatalf("%s never became what it should be", path)
	return Page{}
}
