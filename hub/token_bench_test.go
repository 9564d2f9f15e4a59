package hub_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/store/sqlite"
)

// The benchmarks measure what the hub itself does for a request, without a
// network: a profile of them shows nothing else. What a whole server does is
// measured by cmd/bench.

func BenchmarkClientCredentials(b *testing.B) {
	h := benchHub(b)
	c, secret, err := h.AddClient(b.Context(), "bench", clients.Client{Name: "Nightly job", Type: clients.Service, Scopes: []string{"files"}})
	if err != nil {
		b.Fatal(err)
	}
	serveAgainAndAgain(b, h, func() *http.Request {
		r := httptest.NewRequest(http.MethodPost, "/oauth2/token", strings.NewReader("grant_type=client_credentials"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.SetBasicAuth(url.QueryEscape(c.ID), url.QueryEscape(secret))
		return r
	})
}

func BenchmarkDiscovery(b *testing.B) {
	h := benchHub(b)
	serveAgainAndAgain(b, h, func() *http.Request {
		return httptest.NewRequest(http.MethodGet, "/.well-known/openid-configuration", nil)
	})
}

// serveAgainAndAgain answers one request after another; making the request is
// not counted.
func serveAgainAndAgain(b *testing.B, h http.Handler, request func() *http.Request) {
	b.Helper()
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		r, w := request(), &blank{header: http.Header{}}
		b.StartTimer()
		h.ServeHTTP(w, r)
		if w.status != http.StatusOK {
			b.Fatalf("got status %d, want 200", w.status)
		}
	}
}

// blank is a ResponseWriter that keeps nothing.
type blank struct {
	header http.Header
	status int
}

func (w *blank) Header() http.Header         { return w.header }
func (w *blank) Write(p []byte) (int, error) { return len(p), nil }
func (w *blank) WriteHeader(status int)      { w.status = status }

func benchHub(b *testing.B) *hub.Hub {
	b.Helper()
	db, err := sqlite.Open(filepath.Join(b.TempDir(), "hub.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close(context.Background()) }) //nolint:errcheck // the benchmark is over
	h, err := hub.New(b.Context(), hub.Config{
		URL: "http://localhost:8080", SecretKey: bytes.Repeat([]byte{7}, 32),
		Log: slog.New(slog.NewJSONHandler(io.Discard, nil)),
	}, db)
	if err != nil {
		b.Fatal(err)
	}
	return h
}
