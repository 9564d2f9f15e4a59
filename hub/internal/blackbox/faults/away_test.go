package faults_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/internal/testkit/faultstore"
)

// The two ways in which a database is away: all its calls fail, or they hang.
// requestLimit is the time limit of a request in the second case.
var (
	refuses      = faultstore.Plan{Nth: 1, Onwards: true}
	hangs        = faultstore.Plan{Nth: 1, Onwards: true, Hangs: true}
	requestLimit = 2 * time.Second
)

// untilNoticed waits until the background refresh of the caches has failed.
func (f *faulty) untilNoticed(t *testing.T) {
	t.Helper()
	for limit := time.Now().Add(time.Minute); ; {
		tried := map[string]bool{}
		for _, c := range f.db.Report().Calls {
			tried[c.Set] = true
		}
		if tried["settings"] && tried["signing"] {
			return
		}
		if time.Now().After(limit) {
			t.Fatal("nobody reads the settings and keys beside the requests")
		}
	}
}

// ready gets a document after the hub has made its keys.
func (f *faulty) ready(t *testing.T, b *hubtest.Browser, path string) string {
	t.Helper()
	for limit := time.Now().Add(time.Minute); ; {
		if a := got(b, path); a.Status == http.StatusOK {
			return a.Body
		}
		if time.Now().After(limit) {
			t.Fatalf("%s is not there within a minute", path)
		}
	}
}

func TestWhileTheDatabaseIsAwayAppsCanVerifyForADay(t *testing.T) {
	for name, plan := range map[string]faultstore.Plan{"it refuses": refuses, "it does not answer": hangs} {
		t.Run(name, func(t *testing.T) {
			f := newFaultyAs(t, hub.Config{RequestLimit: requestLimit})
			b := f.Browser()
			documents := map[string]string{"/oauth2/jwks": "", "/.well-known/openid-configuration": "", "/.well-known/oauth-authorization-server": ""}
			for path := range documents {
				documents[path] = f.ready(t, b, path)
			}
			f.db.Arm(plan)
			f.untilNoticed(t)
			for _, later := range []time.Duration{0, 12 * time.Hour, 11 * time.Hour} {
				f.Clock.Skip(later)
				for path, before := range documents {
					if a := got(b, path); a.Status != http.StatusOK || a.Body != before {
						t.Errorf("%s, %v later: got %d %s", path, later, a.Status, a.Body[:min(len(a.Body), 300)])
					}
				}
			}
			f.Clock.Skip(2 * time.Hour)
			for path := range documents {
				if a := got(b, path); a.Status != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" {
					t.Errorf("%s, after more than a day: got %d %s", path, a.Status, a.Body[:min(len(a.Body), 300)])
				}
			}
			f.db.Disarm()
		})
	}
}

// Data that must be current is not answered from a cache, and a failed read is
// not answered as "not found" or "invalid".
func TestWhileTheDatabaseIsAwayNothingIsGuessed(t *testing.T) {
	for _, stories := range [][]story{machineStories, signInStories} {
		for _, s := range stories {
			t.Run(s.name, func(t *testing.T) {
				f := newFaulty(t)
				act, _ := s.tell(f)
				f.db.Arm(refuses)
				a := act()
				f.db.Disarm()
				f.unanswered(t, a)
			})
		}
	}
	for _, name := range []string{"a token is looked at", "a person is looked at", "a token is refreshed", "a code is redeemed"} {
		t.Run(name+", and it does not answer", func(t *testing.T) {
			f := newFaultyAs(t, hub.Config{RequestLimit: requestLimit})
			act := told(machineStories, name)(f)
			f.db.Arm(hangs)
			a := act()
			f.db.Disarm()
			f.unanswered(t, a)
		})
	}
}

func (f *faulty) unanswered(t *testing.T, a answered) {
	t.Helper()
	if a.acked() {
		t.Errorf("it is answered from memory: %d %s %s", a.Status, a.Location, a.Body[:min(len(a.Body), 300)])
	}
	if err := a.clear(); err != nil {
		t.Error(err)
	}
	if strings.Contains(a.Body, `"active"`) {
		t.Errorf("it is said whether a token is active: %s", a.Body)
	}
}

// Every route responds in time, to every caller, and the error does not blame the
// caller.
func TestEveryRouteIsAnsweredInTimeWhileTheDatabaseDoesNotAnswer(t *testing.T) {
	f := newFaultyAs(t, hub.Config{RequestLimit: requestLimit})
	ada := f.keptForPages(t)
	stranger := f.Browser()
	paths := map[string]string{}
	for _, r := range f.Hub.Routes() {
		paths[r.Path] = ada.path(r.Path) // some are read from a page
	}
	f.db.Arm(hangs)
	defer f.db.Disarm()
	var all sync.WaitGroup
	places := make(chan struct{}, 40)
	for _, r := range f.Hub.Routes() {
		for who, b := range map[string]*hubtest.Browser{"a stranger": stranger, "an administrator": ada.b} {
			all.Go(func() {
				places <- struct{}{}
				defer func() { <-places }()
				f.answersInTime(t, b, r.Method, paths[r.Path], who)
			})
		}
	}
	all.Wait()
}

func (f *faulty) answersInTime(t *testing.T, b *hubtest.Browser, method, path, who string) {
	ctx, done := context.WithTimeout(t.Context(), time.Minute)
	defer done()
	path = strings.NewReplacer(":id", "a", ":decision", "approve", "*file", "a").Replace(path)
	form := url.Values{"token": {"x"}, "client_id": {"x"}, "client_secret": {"x"}, "grant_type": {"refresh_token"}, "refresh_token": {"x"}}
	req, err := http.NewRequestWithContext(ctx, method, f.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Error(err)
		return
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "text/html")
	resp, err := b.Do(req)
	if err != nil {
		t.Errorf("%s %s, asked by %s, has no answer: %v", method, path, who, err)
		return
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Errorf("%s %s, asked by %s, breaks off: %v", method, path, who, err)
	}
	switch {
	case resp.StatusCode == http.StatusServiceUnavailable:
		if resp.Header.Get("Retry-After") == "" && path != "/readyz" {
			t.Errorf("%s %s, asked by %s, says nothing of when to try again", method, path, who)
		}
	case resp.StatusCode >= 500:
		t.Errorf("%s %s, asked by %s: got %d %s", method, path, who, resp.StatusCode, hubtest.Gist(string(body)))
	case strings.HasPrefix(path, "/account") || strings.HasPrefix(path, "/admin"):
		if resp.StatusCode < 400 && resp.Header.Get("Location") == "" && who == "an administrator" {
			t.Errorf("%s %s is shown to nobody knows whom: %d", method, path, resp.StatusCode)
		}
	}
	if slices.Contains([]string{"/oauth2/introspect"}, path) && strings.Contains(string(body), `"active"`) {
		t.Errorf("%s %s says whether a token is active: %s", method, path, body)
	}
}
