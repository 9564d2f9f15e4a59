package pwned_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub/fetch"
	"github.com/fedhub/fedhub/hub/fetch/pwned"
)

// The SHA-1 of "password" is 5BAA6 1E4C9B93F3F0682250B6CF8331B7EE68FD8.
const rest = "1E4C9B93F3F0682250B6CF8331B7EE68FD8"

// world is a service at a real server that answers with a body.
type world struct {
	*pwned.Service
	asked []*http.Request
	log   bytes.Buffer
}

func newWorld(t *testing.T, status int, body string) *world {
	w := &world{}
	server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		w.asked = append(w.asked, r)
		out.WriteHeader(status)
		out.Write([]byte(body)) //nolint:errcheck // the client notices
	}))
	t.Cleanup(server.Close)
	w.Service = &pwned.Service{
		Client: fetch.NewClient(fetch.Policy{AllowPrivate: true}),
		Base:   func(context.Context) (string, error) { return server.URL + "/range/", nil },
		Log:    slog.New(slog.NewTextHandler(&w.log, nil)),
	}
	return w
}

func TestOnlyTheBeginningOfAHashIsSent(t *testing.T) {
	w := newWorld(t, http.StatusOK, "0018A45C4D1DEF81644B54AB7F969B88D65:10\r\n"+rest+":52256179\r\n")
	if !w.Breached(t.Context(), "password") {
		t.Error("a listed password passed")
	}
	if w.Breached(t.Context(), "seven lamps on a quiet pier") {
		t.Error("another password is taken for it")
	}
	got := w.asked[0]
	if got.URL.String() != "/range/5BAA6" || got.Header.Get("Add-Padding") != "true" || got.Header.Get("Cookie") != "" {
		t.Errorf("asked %s with %v", got.URL, got.Header)
	}
}

func TestPaddingIsNoEntry(t *testing.T) {
	w := newWorld(t, http.StatusOK, rest+":0\n")
	if w.Breached(t.Context(), "password") {
		t.Error("padding counts as an entry")
	}
}

func TestWithoutAnAnswerThePasswordPasses(t *testing.T) {
	off := newWorld(t, http.StatusOK, rest+":1\n")
	off.Base = func(context.Context) (string, error) { return "", nil }
	if off.Breached(t.Context(), "password") || len(off.asked) != 0 || off.log.Len() != 0 {
		t.Error("a service that is not set was asked")
	}
	guarded := newWorld(t, http.StatusOK, rest+":1\n")
	guarded.Client = fetch.NewClient(fetch.Policy{})
	unread := newWorld(t, http.StatusOK, "")
	unread.Base = func(context.Context) (string, error) { return "", errors.New("the database is away") }
	for name, w := range map[string]*world{
		"an error":            newWorld(t, http.StatusServiceUnavailable, rest+":1\n"),
		"a redirect":          newWorld(t, http.StatusFound, ""),
		"a too long line":     newWorld(t, http.StatusOK, strings.Repeat("A", 1<<17)),
		"a forbidden address": guarded,
		"no settings":         unread,
	} {
		if w.Breached(t.Context(), "password") {
			t.Errorf("%s: the password is refused", name)
		}
		if line := w.log.String(); !strings.Contains(line, "level=WARN") || strings.Contains(line, "5BAA6") || strings.Contains(line, rest) || strings.Contains(line, "password=") {
			t.Errorf("%s: the log says %q", name, line)
		}
	}
}
