package faults_test

import (
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/internal/testkit/faultstore"
)

// A faulty world has a database that fails on demand.
type faulty struct {
	*hubtest.World
	db     *faultstore.Store
	box    *hubtest.Postbox
	people int
	other  hubtest.Pair // see between
	heard  chan string
}

func newFaulty(t *testing.T) *faulty { return newFaultyAs(t, hub.Config{}) }

func newFaultyAs(t *testing.T, config hub.Config) *faulty {
	db, box := faultstore.New(hubtest.OpenSQLite(t)), &hubtest.Postbox{}
	config.Mail = box
	return &faulty{World: hubtest.NewWorldAs(t, db, config), db: db, box: box}
}

// skip moves the clocks of all hubs.
func (f *faulty) skip(d time.Duration) {
	f.Clock.Skip(d)
	if f.other.Primary != nil {
		f.other.Primary.Clock.Skip(d)
	}
}

// someone adds a user and returns the address.
func (f *faulty) someone(roles ...string) string {
	f.Helper()
	f.people++
	email := "p" + strconv.Itoa(f.people) + "@example.org"
	f.Person(email, roles...)
	return email
}

// An answered is the response of a page or a machine endpoint.
type answered struct {
	machine        bool
	Status         int
	Header         http.Header
	Body, Location string
}

func shownTo(p hubtest.Page) answered { return answered{false, p.Status, p.Header, p.Body, p.Location} }
func answeredBy(r hubtest.Reply) answered {
	return answered{true, r.Status, r.Header, r.Body, r.Header.Get("Location")}
}

// acked reports whether the response says that the act is done.
func (a answered) acked() bool {
	return a.Status < 400 && !strings.Contains(a.Location, "error=")
}

// clear checks that the response during a failure is useful for a person or a
// program.
func (a answered) clear() error {
	media, _, _ := mime.ParseMediaType(a.Header.Get("Content-Type"))
	switch {
	case a.Status == http.StatusServiceUnavailable && a.Header.Get("Retry-After") == "":
		return fmt.Errorf("nobody is told when to try again: %s", hubtest.Gist(a.Body))
	case strings.Contains(a.Location, "error="):
		if !strings.Contains(a.Location, "error=temporarily_unavailable") && !strings.Contains(a.Location, "error=server_error") {
			return fmt.Errorf("sent to the app with %s", a.Location)
		}
	case a.Status >= 500 && a.machine:
		if media != "application/json" || !strings.Contains(a.Body, `"temporarily_unavailable"`) && !strings.Contains(a.Body, `"server_error"`) {
			return fmt.Errorf("got %d %s %s", a.Status, media, a.Body)
		}
	case a.Status >= 500:
		if media != "text/html" || !strings.Contains(a.Body, "<h1") {
			return fmt.Errorf("got %d %s %s", a.Status, media, a.Body)
		}
	case a.Status >= 400:
		return fmt.Errorf("the database is blamed on whoever asked: got %d %s", a.Status, hubtest.Gist(a.Body))
	}
	return nil
}

// A story is an act during which one call of the database fails.
type story struct {
	name string
	// tell prepares the act. look runs after it, when the database works again:
	// it checks that an acknowledged act is done completely, and any other one
	// completely or not at all, so that it can be repeated.
	tell func(f *faulty) (act func() answered, look func(t *testing.T, acked bool))
}

// If any database call fails, before or after it takes effect, the response is
// clear, no act is half done, and no acknowledged write is lost.
func TestAnActUnderADatabaseThatFailsIsWholeOrNothing(t *testing.T) {
	for _, stories := range [][]story{machineStories, signInStories, accountStories, adminStories, otherHubStories} {
		for _, s := range stories {
			t.Run(s.name, func(t *testing.T) { s.play(t, newFaulty(t)) })
		}
	}
}

// most is more than the calls of any act.
const most = 120

func (s story) play(t *testing.T, f *faulty) {
	for _, after := range []bool{false, true} {
		counts := faultstore.OfRequest
		if after { // a read has no effect to test
			counts = func(c faultstore.Call) bool { return c.OfRequest && c.Writes() }
		}
		for n := 1; ; n++ {
			if n > most {
				t.Fatal("it makes no end of calls")
			}
			f.skip(time.Minute) // avoids the rate limits
			act, look := s.tell(f)
			f.db.Arm(faultstore.Plan{Counts: counts, Nth: n, After: after})
			a := act()
			report := f.db.Disarm()
			what := fmt.Sprintf("call %d, %s, fails (after it took effect: %v)", n, report.Last(), after)
			if !report.Failed {
				if !a.acked() {
					t.Fatalf("without a failure: got %d %s %s", a.Status, a.Location, hubtest.Gist(a.Body))
				}
				look(t, true)
				if n == 1 && !after {
					t.Error("it makes no call")
				}
				break
			}
			if err := a.clear(); err != nil {
				t.Errorf("%s: %v", what, err)
			}
			t.Run(what, func(t *testing.T) {
				f.within(t, func() { look(t, a.acked()) })
			})
		}
	}
	if strings.Contains(f.Logs.String(), "panic") {
		t.Error("something panicked")
	}
}

// within makes the worlds report to this test for a while.
func (f *faulty) within(t *testing.T, do func()) {
	for _, w := range []*hubtest.World{f.World, f.other.Primary} {
		if w != nil {
			outer := w.TB
			w.TB = t
			defer func() { w.TB = outer }()
		}
	}
	do()
}

// SECURITY TK-35: if any write fails while a code or a refresh token is redeemed,
// no token exists without its record, and no code or refresh token works twice.
func TestADatabaseThatFailsInTheMiddleGivesNothingTwice(t *testing.T) {
	f := newFaulty(t)
	f.Person("ada@example.org")
	a := f.App(func(c *clients.Client) {
		c.SetGrant(clients.GrantRefresh, true)
		c.Scopes = append(c.Scopes, "offline_access")
	})
	b := f.Browser()
	code := func() string { return b.SignInTo(a, "ada@example.org", "scope", "openid offline_access").Get("code") }
	for name, redeem := range map[string]func() func() hubtest.Reply{
		"a code": func() func() hubtest.Reply {
			c := code()
			return func() hubtest.Reply { return a.Redeem(c) }
		},
		"a refresh token": func() func() hubtest.Reply {
			token := a.Redeem(code()).Str("refresh_token")
			return func() hubtest.Reply { return a.Refresh(token) }
		},
	} {
		for _, after := range []bool{false, true} {
			for n := 1; ; n++ {
				if n > 20 {
					t.Fatalf("%s: redeeming makes no end of writing", name)
				}
				try := redeem()
				f.db.Arm(faultstore.Plan{Counts: hubtest.OfIssuing, Nth: n, After: after})
				r := try()
				if !f.db.Disarm().Failed {
					hubtest.Want(t, name+" without a failure", r.Status, 200)
					if n == 1 {
						t.Errorf("%s is redeemed without a write", name)
					}
					break // it needs fewer writes
				}
				if r.Status != 503 && r.Status != 400 {
					t.Errorf("%s, write %d fails (after: %v): answered %d %s", name, n, after, r.Status, r.Body)
				}
				again := try()
				if again.Status == 400 || !after && n == 1 {
					continue
				}
				// The response of a refresh was lost: however often the app
				// repeats it, there is one successor.
				if next := again.Str("refresh_token"); name != "a refresh token" || next != try().Str("refresh_token") {
					t.Errorf("%s, write %d failed (after: %v): it works again: %d", name, n, after, again.Status)
				}
			}
		}
	}
}
