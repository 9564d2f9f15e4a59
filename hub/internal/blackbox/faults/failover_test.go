package faults_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/store/mongodb"
	"github.com/fedhub/fedhub/internal/testkit/mongodtest"
)

func TestSignInsFinishWhileTheDatabasePrimaryDies(t *testing.T) {
	set := mongodtest.Start(t, 3)
	db, err := mongodb.Open(t.Context(), set.URI())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(t.Context()) //nolint:errcheck // the test is over
	w := hubtest.NewWorld(t, db)
	a := w.App(func(c *clients.Client) { c.SkipAuthorization = true })

	const workers, before, after = 6, 4, 6
	var mu sync.Mutex
	var kept []acknowledged
	var done atomic.Int32
	var all sync.WaitGroup
	halfway := make(chan struct{})
	for i := range workers {
		email := fmt.Sprintf("ada%d@example.org", i)
		w.Person(email)
		b := w.Browser()
		all.Go(func() {
			for range before + after {
				k := finish(t, b, a, email)
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

	hubtest.Want(t, "sign-ins that finished", len(kept), workers*(before+after))
	for _, k := range kept {
		if !a.Active(k.access) {
			t.Fatal("an acknowledged sign-in is lost")
		}
	}
	hubtest.Refused(t, "a code from before the election", a.Redeem(kept[0].code), 400, "invalid_grant")
}

// finish signs in by password and retries after 503. After a failover, an attempt
// that did not finish still counts as running for a while, so the next one may
// have to wait (429).
func finish(t *testing.T, b *hubtest.Browser, a *hubtest.App, email string) acknowledged {
	t.Helper()
	for try := time.Now(); time.Since(try) < time.Minute; {
		p := b.Authorize(a.Request("prompt", "login"))
		if p.Status == http.StatusServiceUnavailable {
			continue
		}
		if strings.Contains(p.Body, `action="/signin"`) {
			p = b.SignIn(p, email)
		}
		if !strings.HasPrefix(p.Location, hubtest.Callback) {
			if p.Status != http.StatusServiceUnavailable && p.Status != http.StatusTooManyRequests {
				t.Errorf("got %d at %s", p.Status, p.URL)
				return acknowledged{}
			}
			continue
		}
		code := b.Answer(p).Get("code")
		r, err := a.Try("/oauth2/token", "grant_type", "authorization_code", "code", code, "redirect_uri", hubtest.Callback, "code_verifier", a.Verifier)
		if err == nil && r.Status == http.StatusOK {
			return acknowledged{code, r.Str("access_token")}
		}
		if err != nil || r.Status != http.StatusServiceUnavailable && r.Str("error") != "invalid_grant" {
			t.Errorf("got %d %s, %v", r.Status, r.Body, err)
			return acknowledged{}
		}
	}
	t.Error("a sign-in does not finish")
	return acknowledged{}
}
