package hubtest

import (
	"net/http"
	"net/netip"
	"testing"

	"github.com/fedhub/fedhub/hub"
)

// BehindProxy is a hub that trusts this machine as its proxy.
func BehindProxy() hub.Config {
	return hub.Config{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}
}

// OnBothEnginesBehindProxy is OnBothEngines for a hub that is BehindProxy.
func OnBothEnginesBehindProxy(t *testing.T, story func(t *testing.T, w *World)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { story(t, NewWorldAs(t, OpenSQLite(t), BehindProxy())) })
	t.Run("mongodb", func(t *testing.T) { story(t, NewWorldAs(t, openMongoDB(t), BehindProxy())) })
}

// With adds a header with these lines to every request of the browser.
func (b *Browser) With(header string, lines ...string) *Browser {
	below := b.Transport
	if below == nil {
		below = http.DefaultTransport
	}
	b.Transport = headed{below, http.CanonicalHeaderKey(header), lines}
	return b
}

// From sets the browser's client address, for a hub that is BehindProxy.
func (b *Browser) From(address string) *Browser { return b.With("X-Forwarded-For", address) }

type headed struct {
	below  http.RoundTripper
	header string
	lines  []string
}

// RoundTrip sends the request with the header.
func (h headed) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header[h.header] = h.lines
	return h.below.RoundTrip(r)
}
