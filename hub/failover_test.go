package hub_test

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/store/mongodb"
	"github.com/fedhub/fedhub/hub/store/mongodb/mongodtest"
)

func TestSignInsFinishWhileTheDatabasePrimaryDies(t *testing.T) {
	set := mongodtest.Start(t, 3)
	db, err := mongodb.Open(t.Context(), set.URI())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(t.Context()) //nolint:errcheck // the test is over
	w := newWorld(t, db)
	w.person("ada@example.org")
	a := w.app(func(c *clients.Client) { c.SkipAuthorization = true })

	const workers, before, after = 6, 4, 6
	var mu sync.Mutex
	var kept []acknowledged
	var done atomic.Int32
	var all sync.WaitGroup
	halfway := make(chan struct{})
	for range workers {
		b := w.browser()
		all.Go(func() {
			for range before + after {
				k := finish(t, b, a)
				mu.Lock()
				kept = append(kept, k)
				mu.Unlock()
				if done.Add(1) == workers*before {
					close(halfway)
				}
			}
		})
	}
	<-halfway
	set.KillPrimary(t)
	all.Wait()

	want(t, "sign-ins that finished", len(kept), workers*(before+after))
	for _, k := range kept {
		if !a.active(k.access) {
			t.Fatal("an acknowledged sign-in is lost")
		}
	}
	refused(t, "a code from before the election", a.redeem(kept[0].code), 400, "invalid_grant")
}

// finish signs in by password, as a person would who is told to try again:
// what the hub could not do (503) it must be able to do a moment later.
func finish(t *testing.T, b *browser, a *app) acknowledged {
	t.Helper()
	for try := time.Now(); time.Since(try) < time.Minute; {
		p := b.authorize(a.request("prompt", "login"))
		if p.Status == http.StatusServiceUnavailable {
			continue
		}
		if strings.Contains(p.Body, `action="/signin"`) {
			p = b.signIn(p, "ada@example.org")
		}
		if !strings.HasPrefix(p.Location, callback) {
			if p.Status != http.StatusServiceUnavailable {
				t.Errorf("got %d at %s", p.Status, p.URL)
				return acknowledged{}
			}
			continue
		}
		code := b.answer(p).Get("code")
		r, err := a.try("/oauth2/token", "grant_type", "authorization_code", "code", code, "redirect_uri", callback, "code_verifier", a.verifier)
		if err == nil && r.Status == http.StatusOK {
			return acknowledged{code, r.str("access_token")}
		}
		if err != nil || r.Status != http.StatusServiceUnavailable && r.str("error") != "invalid_grant" {
			t.Errorf("got %d %s, %v", r.Status, r.Body, err)
			return acknowledged{}
		}
	}
	t.Error("a sign-in does not finish")
	return acknowledged{}
}
