package admin_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// written counts the log lines with this message above the debug level.
func written(w *hubtest.World, message string) (n int, more string) {
	for line := range strings.Lines(w.Logs.String()) {
		if strings.Contains(line, "level=DEBUG") || !strings.Contains(line, "msg="+message+" ") {
			continue
		}
		n++
		if _, rest, found := strings.Cut(line, "more="); found {
			more = strings.Fields(rest)[0]
		}
	}
	return n, more
}

func TestWhatStrangersCauseIsBoundedInTheLogAndOnRecord(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Clock.Stop() // all in one minute, also on a slow machine
	down, there := w.OpenIDKey("Down", "http://127.0.0.1:1"), w.OpenIDKey("There", hubtest.NewWorld(t, hubtest.OpenSQLite(t)).URL)
	b := w.Browser()
	page := b.Open("/signin")
	form := func(path string, pairs ...string) {
		t.Helper()
		_, fields, found := hubtest.Form(page.Body, path)
		if !found {
			fields = url.Values{}
		}
		for i := 0; i < len(pairs); i += 2 {
			fields.Set(pairs[i], pairs[i+1])
		}
		b.Read(b.PostForm(w.URL+path, fields))
	}
	for _, flood := range []struct {
		what, message string
		times, rows   int
		do            func(i int)
	}{
		{"wrong client secrets", audit.ClientRefused, 10_000, 0, func(i int) {
			stranger := &hubtest.App{W: w, Client: clients.Client{ID: fmt.Sprint("made-up-", i)}, Secret: "wrong"}
			stranger.Post("/oauth2/token", "grant_type", "client_credentials")
		}},
		{"requests for unknown redirect URIs", audit.RequestRefused, 300, 0, func(i int) {
			b.Read(b.Get(w.URL + "/oauth2/authorize?response_type=code&client_id=" + fmt.Sprint("made-up-", i) + "&redirect_uri=https://evil.test"))
		}},
		{"forged logout tokens", audit.LogoutFailed, 300, 0, func(i int) {
			form("/oauth2/backchannel/"+there.ID, "logout_token", fmt.Sprint("forged.", i, ".token"))
		}},
		{"wrong passwords", audit.SignInFailed, 300, 300, func(i int) {
			form("/signin", "email", fmt.Sprintf("nobody-%d@example.org", i), "password", "wrong")
		}},
		{"sign-ins at a provider that is down", audit.UpstreamError, 300, 20, func(int) { form("/signin/with/" + down.ID) }},
	} {
		for i := range flood.times {
			flood.do(i)
		}
		if n, _ := written(w, flood.message); n == 0 || n > 60 {
			t.Errorf("%d %s: %d lines", flood.times, flood.what, n)
		}
		w.Clock.Skip(time.Minute)
		flood.do(flood.times)
		n, more := written(w, flood.message)
		if left := fmt.Sprint(flood.times - (n - 2)); more != left {
			t.Errorf("%d %s, and %d lines: the log says that there were %q more", flood.times, flood.what, n, more)
		}
		if flood.rows > 0 {
			flood.rows++ // the last one
			if flood.rows < flood.times {
				flood.rows++ // and the line with the number of further ones
			}
		}
		if rows := strings.Count(hubtest.DumpOf(t, w, "audit"), `"`+flood.message+`"`); rows != flood.rows {
			t.Errorf("%d %s: %d rows, want %d", flood.times, flood.what, rows, flood.rows)
		}
	}
	if n, _ := written(w, `"a request failed"`); n == 0 || n > 65 {
		t.Errorf("%d lines of requests that failed", n)
	}
	hubtest.Want(t, "the hub goes on", b.Open("/signin").Status, http.StatusOK)
}

// Events of signed-in users are always recorded, without a limit.
func TestWhatIsDoneByNameIsNeverLeftOut(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Clock.Stop()
	for i := range 100 {
		w.Person(fmt.Sprintf("person-%d@example.org", i))
	}
	if n, _ := written(w, audit.UserAdded); n != 100 {
		t.Errorf("%d lines of 100 people who were added", n)
	}
}
