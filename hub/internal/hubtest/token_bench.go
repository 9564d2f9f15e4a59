package hubtest

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/store/sqlite"
)

// ServeAgainAndAgain serves the same kind of request repeatedly; making the
// request is not measured.
func ServeAgainAndAgain(b *testing.B, h http.Handler, request func() *http.Request) {
	b.Helper()
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		r, w := request(), &Blank{Fields: http.Header{}}
		b.StartTimer()
		h.ServeHTTP(w, r)
		if w.Status != http.StatusOK {
			b.Fatalf("got status %d, want 200", w.Status)
		}
	}
}

// Blank is a ResponseWriter that discards everything.
type Blank struct {
	Fields http.Header
	Status int
}

func (w *Blank) Header() http.Header { return w.Fields }

func (w *Blank) Write(p []byte) (int, error) { return len(p), nil }

func (w *Blank) WriteHeader(status int) { w.Status = status }

func BenchHub(b *testing.B) *hub.Hub {
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
