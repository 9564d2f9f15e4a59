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

// A listener is an app with a back-channel logout URI: answer decides its
// responses, and told has every token that it got.
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

// Next is the next logout token. The test fails if none arrives.
func (l *listener) Next() string {
	l.W.Helper()
	return Arrives(l.W, l.Told, "the app hears of no logout")
}

// Arrives waits for a background event, and fails the test with this message
// without it.
func Arrives[T any](t testing.TB, from <-chan T, otherwise string) T {
	t.Helper()
	select {
	case one := <-from:
		return one
	case <-time.After(time.Minute): // a long timeout, for slow machines
		t.Fatal(otherwise)
		panic("unreachable")
	}
}

// Text is the text of the page's element with this id.
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

// OpenUntil opens a page repeatedly until it is as expected.
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
