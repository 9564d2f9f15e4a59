package token_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// The benchmarks measure the hub's own work for a request without a network, so
// that a profile shows nothing else. cmd/bench measures a complete server.

func BenchmarkClientCredentials(b *testing.B) {
	h := hubtest.BenchHub(b)
	c, secret, err := h.AddClient(b.Context(), audit.Named("bench"), clients.Client{Name: "Nightly job", Type: clients.Service, Scopes: []string{"files"}})
	if err != nil {
		b.Fatal(err)
	}
	hubtest.ServeAgainAndAgain(b, h, func() *http.Request {
		r := httptest.NewRequest(http.MethodPost, "/oauth2/token", strings.NewReader("grant_type=client_credentials"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.SetBasicAuth(url.QueryEscape(c.ID), url.QueryEscape(secret))
		return r
	})
}

func BenchmarkDiscovery(b *testing.B) {
	h := hubtest.BenchHub(b)
	hubtest.ServeAgainAndAgain(b, h, func() *http.Request {
		return httptest.NewRequest(http.MethodGet, "/.well-known/openid-configuration", nil)
	})
}
