package hubtest

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/internal/testkit/frappetest"
)

// Send sends a recorded request to this hub.
func (w *World) Send(t *testing.T, request string) (*http.Response, string) {
	t.Helper()
	resp, body, err := frappetest.Send(strings.TrimPrefix(w.URL, "http://"), request)
	if err != nil {
		t.Fatal(err)
	}
	return resp, body
}

func (b *Browser) Cookies() string {
	at, err := url.Parse(b.W.URL)
	if err != nil {
		b.W.Fatal(err)
	}
	var all []string
	for _, c := range b.Jar.Cookies(at) {
		all = append(all, c.Name+"="+c.Value)
	}
	return strings.Join(all, "; ")
}
