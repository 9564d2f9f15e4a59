package signin_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users/passwords"
)

// stranger is a browser that has never signed in, in a network of its own.
func stranger(w *hubtest.World, n int) *hubtest.Browser {
	return w.Browser().From(fmt.Sprintf("198.51.%d.7", n%256))
}

// hammer tries wrong passwords from many networks, as fast as the hub checks
// them.
func hammer(w *hubtest.World, email string, times int) {
	for n := range times {
		b := stranger(w, n)
		b.Submit(b.Open("/signin?local=1"), "/signin", "email", email, "password", fmt.Sprint("wrong ", n))
	}
}

// enters reports whether the right password signs in.
func enters(b *hubtest.Browser, email string) bool {
	p := b.SignIn(b.Open("/signin?local=1&switch=1"), email)
	return p.URL.Path == "/account"
}

// Once, 24 wrong passwords locked an account for an hour, and one more per hour
// kept it locked, also for administrators.
func TestStrangersNeverLockTheOwnerOut(t *testing.T) {
	hubtest.OnBothEnginesBehindProxy(t, func(t *testing.T, w *hubtest.World) {
		w.Clock.Stop()
		w.Person("root@example.org", "admin")
		own := w.Browser().From("203.0.113.9")
		if !enters(own, "root@example.org") {
			t.Fatal("the owner cannot sign in")
		}
		hammer(w, "root@example.org", 24)

		// The browser that signed in to this account before does not wait.
		if !enters(own, "root@example.org") {
			t.Error("strangers hold up the owner's own browser")
		}
		// Another browser of the owner waits a minute at most.
		hammer(w, "root@example.org", 24)
		other := w.Browser().From("203.0.113.77")
		w.Clock.Skip(time.Minute)
		if !enters(other, "root@example.org") {
			t.Error("strangers hold up the owner's other browser for more than a minute")
		}
		// The network of the wrong attempts waits long.
		for n := range 12 {
			guessFrom(stranger(w, 3), "root@example.org", n)
			w.Clock.Skip(time.Duration(1<<n) * time.Second)
		}
		guessFrom(stranger(w, 3), "root@example.org", 99)
		w.Clock.Skip(2 * time.Minute)
		if enters(stranger(w, 3), "root@example.org") {
			t.Error("the strangers' network waits no longer than everybody")
		}
	})
}

func guessFrom(b *hubtest.Browser, email string, n int) hubtest.Page {
	return b.Submit(b.Open("/signin?local=1"), "/signin", "email", email, "password", fmt.Sprint("guess ", n))
}

// A browser is known for the account it signed in to, and for no other.
func TestABrowserIsKnownForItsAccountAlone(t *testing.T) {
	w := hubtest.NewWorldAs(t, hubtest.OpenSQLite(t), hubtest.BehindProxy())
	w.Clock.Stop()
	w.Person("ada@example.org")
	w.Person("bob@example.org")
	adas := w.Browser().From("203.0.113.9")
	if !enters(adas, "ada@example.org") {
		t.Fatal("Ada cannot sign in")
	}
	hammer(w, "bob@example.org", 30)
	p := adas.SignIn(adas.Open("/signin?local=1&switch=1"), "bob@example.org")
	hubtest.Want(t, "Bob in Ada's browser", p.Status, http.StatusTooManyRequests)
	if !strings.Contains(p.Body, "Too many attempts.") {
		t.Errorf("the page says %s", p.Body)
	}
}

func TestFewOfManyPasswordsAtOnceAreLookedAt(t *testing.T) {
	hubtest.OnBothEnginesBehindProxy(t, func(t *testing.T, w *hubtest.World) {
		w.Clock.Stop()
		w.Person("ada@example.org")
		var pages [32]hubtest.Page
		var browsers [32]*hubtest.Browser
		for i := range browsers {
			browsers[i] = stranger(w, i)
			pages[i] = browsers[i].Open("/signin?local=1")
		}
		hubtest.AtOnce(len(pages), func(i int) {
			pages[i] = browsers[i].Submit(pages[i], "/signin", "email", "ada@example.org", "password", "wrong")
		})
		looked := 0
		for _, p := range pages {
			switch p.Status {
			case http.StatusUnauthorized:
				looked++
			case http.StatusTooManyRequests:
				if p.Header.Get("Retry-After") == "" || !strings.Contains(p.Body, "Too many attempts.") {
					t.Errorf("got %v, %s", p.Header, p.Body)
				}
			default:
				t.Errorf("got %d", p.Status)
			}
		}
		// The free attempts, and the one that starts the wait.
		if looked < 5 || looked > 6 {
			t.Errorf("%d were looked at", looked)
		}
		// That was one step at most: the next attempt is allowed a second later.
		w.Clock.Skip(time.Second)
		if !enters(w.Browser().From("203.0.113.9"), "ada@example.org") {
			t.Error("a burst is more than one step")
		}
	})
}

// A finished reset clears the count, so its owner signs in at once; requesting a
// reset does not. A browser that was known before the reset is known no longer.
func TestAResetClearsWhatStrangersTried(t *testing.T) {
	config := hubtest.BehindProxy()
	box := &hubtest.Postbox{}
	config.Mail = box
	w := hubtest.NewWorldAs(t, hubtest.OpenSQLite(t), config)
	w.Clock.Stop()
	w.Person("ada@example.org")
	known := w.Browser().From("203.0.113.9")
	if !enters(known, "ada@example.org") {
		t.Fatal("Ada cannot sign in")
	}
	hammer(w, "ada@example.org", 30)
	b := w.Browser().From("203.0.113.77")
	b.Submit(b.Open("/password/forgot"), "/password/forgot", "email", "ada@example.org")
	if enters(b, "ada@example.org") {
		t.Error("asking for a link clears the counters")
	}
	link := box.Link(w, "ada@example.org")
	if p := b.Submit(b.Open(link), link, "password", "three quiet herons wade"); p.Status != http.StatusOK {
		t.Fatalf("the reset: %d", p.Status)
	}
	with := func(b *hubtest.Browser) hubtest.Page {
		return b.Submit(b.Open("/signin?local=1&switch=1"), "/signin", "email", "ada@example.org", "password", "three quiet herons wade")
	}
	if p := with(b); p.URL.Path != "/account" {
		t.Errorf("with the new password: %d at %s", p.Status, p.URL)
	}
	hammer(w, "ada@example.org", 30)
	hubtest.Want(t, "a browser that was known before the reset", with(known).Status, http.StatusTooManyRequests)
}

func TestSigningOutEverywhereEndsKnownBrowsers(t *testing.T) {
	w := hubtest.NewWorldAs(t, hubtest.OpenSQLite(t), hubtest.BehindProxy())
	w.Clock.Stop()
	w.Person("ada@example.org")
	b := w.Browser().From("203.0.113.9")
	if !enters(b, "ada@example.org") {
		t.Fatal("Ada cannot sign in")
	}
	hammer(w, "ada@example.org", 30)
	if !enters(b, "ada@example.org") {
		t.Fatal("the browser is not known")
	}
	b.Submit(b.Open("/account"), "/account/sessions/end-all")
	if enters(b, "ada@example.org") {
		t.Error("the browser is known after signing out everywhere")
	}
}

// Five wrong current passwords end the session, also if they are sent in
// parallel. Attempts from elsewhere do not block the form.
func TestTheCurrentPasswordCountsBySession(t *testing.T) {
	hubtest.OnBothEnginesBehindProxy(t, func(t *testing.T, w *hubtest.World) {
		w.Clock.Stop()
		w.Person("ada@example.org")
		b, there := w.Browser().From("203.0.113.9"), w.Browser().From("203.0.113.9")
		if !enters(b, "ada@example.org") || !enters(there, "ada@example.org") {
			t.Fatal("Ada cannot sign in")
		}
		hammer(w, "ada@example.org", 30)
		change := func(b *hubtest.Browser, current string) hubtest.Page {
			return b.Submit(b.Open("/account/password"), "/account/password", "current", current, "password", "three quiet herons wade")
		}
		for range 4 {
			hubtest.Want(t, "a wrong one", change(there, "wrong").Status, http.StatusUnprocessableEntity)
		}
		p := change(there, "wrong")
		if p.Status != http.StatusForbidden || !strings.Contains(p.Body, "You were signed out.") {
			t.Errorf("the fifth: %d %s", p.Status, p.Body)
		}
		if at := there.Open("/account").URL.Path; at != "/signin" {
			t.Errorf("the session goes on: at %s", at)
		}
		// Another session continues, and a right password resets its own count.
		for range 4 {
			change(b, "wrong")
		}
		if p := change(b, hubtest.Password); p.URL.Path != "/account" {
			t.Errorf("the right one: %d at %s", p.Status, p.URL)
		}

		page := b.Open("/account/password")
		var answers [32]hubtest.Page
		hubtest.AtOnce(len(answers), func(i int) {
			answers[i] = b.Submit(page, "/account/password", "current", fmt.Sprint("guess ", i), "password", "five loud herons wade")
		})
		looked := 0
		for _, p := range answers {
			if strings.Contains(p.Body, "Wrong current password.") || strings.Contains(p.Body, "You were signed out.") {
				looked++
			}
		}
		if looked > 5 {
			t.Errorf("%d were looked at", looked)
		}
		if at := b.Open("/account").URL.Path; at != "/signin" {
			t.Errorf("after many at once the session goes on: at %s", at)
		}
	})
}

// After a hundred wrong attempts in a row, an unknown browser needs an emailed
// link in addition to the password.
func TestALinkBesidesThePasswordAfterAHundredWrongOnes(t *testing.T) {
	config := hubtest.BehindProxy()
	box := &hubtest.Postbox{}
	config.Mail = box
	w := hubtest.NewWorldAs(t, hubtest.OpenSQLite(t), config)
	w.Clock.Stop()
	w.Person("ada@example.org")
	known := w.Browser().From("203.0.113.9")
	if !enters(known, "ada@example.org") {
		t.Fatal("Ada cannot sign in")
	}
	for _, email := range []string{"ada@example.org", "nobody@example.org"} {
		for n := range 100 {
			hammerOnce(w, email, n)
			w.Clock.Skip(time.Minute)
		}
	}
	w.Clock.Skip(time.Minute)
	b := w.Browser().From("203.0.113.77")
	right := b.SignIn(b.Open("/signin?local=1"), "ada@example.org")
	nobody := w.Browser().From("203.0.113.78")
	none := nobody.SignIn(nobody.Open("/signin?local=1"), "nobody@example.org")
	same := func(body string) string { return reference.ReplaceAllString(normal(body), "") }
	if right.Status != http.StatusForbidden || right.Status != none.Status || same(right.Body) != same(none.Body) {
		t.Errorf("the answers differ, %d and %d:\n%s\n%s", right.Status, none.Status, right.Body, none.Body)
	}
	if !strings.Contains(right.Body, "/signin/confirm") || len(box.All()) != 0 {
		t.Fatalf("no link is offered, or one was sent unasked: %s", right.Body)
	}
	// A known browser needs none.
	if !enters(known, "ada@example.org") {
		t.Error("the known browser is held up")
	}

	sent := b.Submit(b.Open("/signin/confirm?to=/device"), "/signin/confirm", "email", "ada@example.org")
	unsent := nobody.Submit(nobody.Open("/signin/confirm?to=/device"), "/signin/confirm", "email", "nobody@example.org")
	if sent.Status != http.StatusOK || normal(sent.Body) != normal(unsent.Body) || len(box.All()) != 1 {
		t.Errorf("the answers differ:\n%s\n%s", sent.Body, unsent.Body)
	}
	link := box.Link(w, "ada@example.org")
	for range 2 { // a mail scanner that opens links does not use it up
		hubtest.Want(t, "the page", w.Browser().Open(link).Status, http.StatusOK)
	}
	p := b.Submit(b.Open(link), link)
	if p.URL.RequestURI() != "/signin?local=1" { // not to the requested page: an attacker may have requested the link
		t.Fatalf("the link leads to %s: %s", p.URL, p.Body)
	}
	if at := b.Open("/account").URL.Path; at != "/signin" {
		t.Error("the link alone signs in")
	}
	if !enters(b, "ada@example.org") {
		t.Error("the link and the password do not sign in")
	}
	hubtest.Want(t, "the link again", w.Browser().Open(link).Status, http.StatusGone)
}

// reference is the number of a request.
var reference = regexp.MustCompile(`[0-9A-Z]{4}-[0-9A-Z]{4}`)

func hammerOnce(w *hubtest.World, email string, n int) {
	b := stranger(w, n)
	b.Submit(b.Open("/signin?local=1"), "/signin", "email", email, "password", "wrong")
}

// If too many passwords are checked at once, the rest get 429 with Retry-After
// immediately, without a count and without an event.
func TestShedSignInsCountForNobody(t *testing.T) {
	config := hubtest.BehindProxy()
	config.Hash = passwords.HashParams{Memory: 64 * 1024, Time: 3, Threads: 1, Slots: 1, Queue: 1}
	w := hubtest.NewWorldAs(t, hubtest.OpenSQLite(t), config)
	w.Clock.Stop()
	w.Person("ada@example.org")
	var pages [32]hubtest.Page
	var browsers [32]*hubtest.Browser
	for i := range browsers {
		browsers[i] = stranger(w, i)
		pages[i] = browsers[i].Open("/signin?local=1")
	}
	count := func(set string) int {
		n, err := w.Backend.Count(t.Context(), set, store.Query{Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := count("audit")
	hubtest.AtOnce(len(pages), func(i int) {
		pages[i] = browsers[i].Submit(pages[i], "/signin", "email", fmt.Sprintf("p%d@example.org", i), "password", "wrong")
	})
	shed, wrong := 0, 0
	for _, p := range pages {
		switch p.Status {
		case http.StatusServiceUnavailable:
			shed++
			if p.Header.Get("Retry-After") != "1" || p.URL.RawQuery != "" {
				t.Errorf("got %v at %s", p.Header, p.URL)
			}
		case http.StatusUnauthorized:
			wrong++
		default:
			t.Errorf("got %d", p.Status)
		}
	}
	if shed == 0 || wrong == 0 {
		t.Fatalf("%d were shed and %d looked at", shed, wrong)
	}
	if got := count("audit"); got-before != wrong {
		t.Errorf("%d rows are in the audit log, %d were looked at", got-before, wrong)
	}
	if kept := count("throttles"); kept != wrong {
		t.Errorf("%d are counted, %d were looked at", kept, wrong)
	}
}
