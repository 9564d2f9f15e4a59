package hub_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/mail"
	"github.com/fedhub/fedhub/hub/users"
)

// A browser that is left open, or a stolen cookie, is not enough to change what
// signs its person in: every such form wants them to have signed in just now.
func TestChangingWhatSignsOneInNeedsAFreshSignIn(t *testing.T) {
	const person = "other@example.org"
	for _, tt := range []struct {
		name, page, action string
		fields             []string
		connected          bool          // something is connected already
		within             time.Duration // of signing in
		changed            func(t *testing.T, hubs pair, post *postbox, u users.User, p page) bool
	}{
		{"connecting", "/account/connections", "/account/connect/", nil, false, 5 * time.Minute,
			func(_ *testing.T, hubs pair, _ *postbox, _ users.User, p page) bool {
				return strings.HasPrefix(p.Location, hubs.primary.URL) || strings.Contains(p.Body, hubs.primary.URL+"/oauth2/authorize")
			}},
		{"disconnecting", "/account/connections", "/account/connections/remove", nil, true, 5 * time.Minute,
			func(t *testing.T, hubs pair, _ *postbox, u users.User, _ page) bool { return hubs.linkedTo(t, u) == 0 }},
		{"undoing a change", "/account/connections", "/account/connections/undo", nil, true, 5 * time.Minute,
			func(t *testing.T, hubs pair, _ *postbox, u users.User, _ page) bool { return hubs.linkedTo(t, u) == 0 }},
		{"another address", "/account/email", "/account/email", []string{"email", "new@example.org"}, false, 10 * time.Minute,
			func(_ *testing.T, _ pair, post *postbox, _ users.User, _ page) bool {
				return slices.ContainsFunc(post.All(), func(l mail.Letter) bool { return l.To == "new@example.org" })
			}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			hubs, post := lettered(t)
			hubs.primary.person("ada@example.org")
			u := hubs.secondary.person(person)
			b := hubs.here(person)
			if strings.HasSuffix(tt.action, "/") {
				tt.action += hubs.key.ID
			}
			if tt.connected {
				back := hubs.abroad(b, b.post(b.open("/account/connections"), "/account/connect/"+hubs.key.ID), "ada@example.org")
				b.follow(b.hop(back))
				want(t, "connected", hubs.linkedTo(t, u), 1)
			}
			at := b.open(tt.page)
			hubs.skip(tt.within + time.Minute)
			p := b.submit(at, tt.action, tt.fields...)
			if p.URL.Path != "/signin" || !strings.Contains(p.Body, `name="password"`) {
				t.Fatalf("late: got %d at %s, want to sign in once more:\n%s", p.Status, p.URL, p.Body)
			}
			if tt.changed(t, hubs, post, u, p) {
				t.Fatal("late: it was done all the same")
			}
			if p = b.signIn(p, person); p.URL.Path != tt.page {
				t.Fatalf("signed in again: got %d at %s", p.Status, p.URL)
			}
			hubs.skip(tt.within - time.Minute)
			p = b.submit(p, tt.action, tt.fields...)
			if !tt.changed(t, hubs, post, u, p) {
				t.Errorf("in time: got %d at %s:\n%s", p.Status, p.URL, p.Body)
			}
		})
	}
}

// Whoever has no password yet cannot be asked for it, so they prove by signing
// in that it is them.
func TestAFirstPasswordNeedsAFreshSignIn(t *testing.T) {
	hubs := newProvider(t, func(k *federation.LoginKey) { k.Enabled, k.SignUps, k.TrustEmail = true, federation.Allow, true })
	hubs.primary.person("ada@example.org")
	w := hubs.secondary
	b := w.browser()
	comes := func(from page) page {
		return b.walk(b.post(from, "/signin/with/company"), "ada@example.org", hubs.primary, w)
	}
	if p := comes(b.open("/signin?local=1")); p.URL.Path != "/account" {
		t.Fatalf("at %s:\n%s", p.URL, p.Body)
	}
	at := b.open("/account/password")
	hubs.skip(11 * time.Minute)
	want(t, "the page, late", b.open("/account/password").URL.Path, "/signin")
	p := b.submit(at, "/account/password", "password", "another long password here")
	want(t, "the form, late", p.URL.Path, "/signin")
	u, err := w.Hub.FindUser(t.Context(), "ada@example.org")
	if err != nil || u.Password != "" {
		t.Fatalf("a password was set: %v", err)
	}
	if p = comes(p); p.URL.Path != "/account/password" {
		t.Fatalf("signed in again: at %s:\n%s", p.URL, p.Body)
	}
	hubs.skip(9 * time.Minute)
	p = b.submit(p, "/account/password", "password", "another long password here")
	want(t, "in time", p.URL.Path+"?"+p.URL.RawQuery, "/account?done=password")
}

// like posts to an address what the page's form for another one holds, as
// whoever knows the addresses can.
func (b *browser) like(p page, action, path string, pairs ...string) page {
	b.w.Helper()
	_, fields, ok := form(p.Body, action)
	if !ok {
		b.w.Fatalf("no form leads to %s on the page %s:\n%s", action, p.URL, p.Body)
	}
	return b.read(b.PostForm(b.w.URL+path, edited(fields, pairs)))
}

// connected is a person at the secondary with a password who has connected
// somebody of the primary, in the browser that did so.
func (p pair) connected(t *testing.T, local, there string) (*browser, users.User, users.Record) {
	t.Helper()
	u := p.secondary.person(local)
	b := p.here(local)
	b.follow(b.hop(p.abroad(b, b.post(b.open("/account/connections"), "/account/connect/"+p.key.ID), there)))
	all, err := p.secondary.Hub.People().Records(t.Context(), u.ID)
	if err != nil || len(all) != 1 {
		t.Fatalf("%d changes, %v", len(all), err)
	}
	return b, u, all[0]
}

const (
	undo       = "/account/connections/undo"
	disconnect = "/account/connections/remove"
)

func TestAPersonUndoesAndDisconnectsOnlyWhatIsTheirs(t *testing.T) {
	hubs, _ := lettered(t)
	hubs.primary.person("ada@example.org")
	hubs.primary.person("mal@example.org")
	_, victim, record := hubs.connected(t, "victim@example.org", "ada@example.org")
	b, mallory, _ := hubs.connected(t, "mallory@example.org", "mal@example.org")
	p := b.open("/account/connections")
	want(t, "undoing somebody else's change", b.like(p, undo, undo, "record", record.ID).Status, http.StatusGone)
	want(t, "undoing nothing", b.like(p, undo, undo, "record", "made up").Status, http.StatusGone)
	want(t, "disconnecting somebody else's", b.like(p, disconnect, disconnect, "identity", record.IdentityID).Location, "/account/connections")
	want(t, "links of the victim", hubs.linkedTo(t, victim), 1)
	want(t, "links of mallory", hubs.linkedTo(t, mallory), 1)
	want(t, "still signed in", b.open("/account").URL.Path, "/account")
}

func TestAChangeIsUndoneOnceAndNotPastItsTime(t *testing.T) {
	hubs, _ := lettered(t)
	hubs.primary.person("ada@example.org")
	b, u, record := hubs.connected(t, "other@example.org", "ada@example.org")
	p := b.open("/account/connections")
	want(t, "undone", b.like(p, undo, undo, "record", record.ID).Location, "/signed-out")
	b = hubs.here("other@example.org")
	again := b.like(b.open("/account"), "/account/sessions/end-all", undo, "record", record.ID)
	want(t, "a second time", again.Status, http.StatusGone)
	want(t, "links", hubs.linkedTo(t, u), 0)
}

// What a person cannot undo: their only way in, what an administrator removed,
// and what signs in to another account by now.
func TestAChangeThatWouldHarmIsNotUndone(t *testing.T) {
	hubs := newProvider(t, func(k *federation.LoginKey) { k.Enabled, k.SignUps, k.TrustEmail = true, federation.Allow, true })
	hubs.primary.person("ada@example.org")
	w := hubs.secondary
	people := w.Hub.People()
	policy := users.Policy{KeyID: "company", Name: "Company", Enabled: true}
	claim := users.Claim{Key: "company", Issuer: hubs.primary.URL, Subject: "somebody"}
	u, other := w.person("other@example.org"), w.person("third@example.org")
	b := w.home("other@example.org")
	undone := func(what, record string, status int, heading string) {
		t.Helper()
		p := b.like(b.open("/account"), "/account/sessions/end-all", undo, "record", record)
		want(t, what, p.Status, status)
		if !strings.Contains(p.Body, heading) {
			t.Errorf("%s: the page does not say %q", what, heading)
		}
	}
	link := func(to users.User) users.Decision {
		t.Helper()
		d, err := people.Link(t.Context(), to, claim, policy)
		if err != nil || d.Action != users.Link {
			t.Fatalf("%s: %v", d.Reason, err)
		}
		return d
	}
	last := func() string {
		t.Helper()
		all, err := people.Records(t.Context(), u.ID)
		if err != nil || len(all) == 0 {
			t.Fatalf("no change is on record: %v", err)
		}
		return all[0].ID
	}
	unlink := func(by string) {
		t.Helper()
		linked, err := people.ByUser(t.Context(), u.ID)
		if err != nil || len(linked) != 1 {
			t.Fatalf("%d identities, %v", len(linked), err)
		}
		if u, err = people.Unlink(t.Context(), u.ID, linked[0].ID, by); err != nil {
			t.Fatal(err)
		}
		b = w.home("other@example.org") // everything was ended
	}
	link(u)
	unlink("an administrator")
	undone("what an administrator removed", last(), http.StatusForbidden, "An administrator removed this.")
	link(u)
	unlink(u.ID)
	link(other)
	undone("what is somebody else's by now", last(), http.StatusConflict, "It signs in to another account by now.")
	all, err := people.ByUser(t.Context(), other.ID)
	if err != nil || len(all) != 1 {
		t.Errorf("the other account has %d identities, %v", len(all), err)
	}
}

// The page that changes a password is no place to guess it.
func TestAnotherPasswordTakesTheCurrentOne(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	b := w.home("ada@example.org")
	w.clock.skip(11 * time.Minute) // long ago, which the password makes up for
	for guess := range 20 {
		p := b.submit(b.open("/account/password"), "/account/password", "current", "wrong", "password", "another long password here")
		want(t, "status", p.Status, http.StatusUnprocessableEntity)
		if strings.Contains(p.Body, "Too many attempts.") {
			return
		}
		if guess == 0 && !strings.Contains(p.Body, `isn&#39;t your current password`) {
			t.Errorf("the page does not say what is wrong: %s", p.Body)
		}
	}
	t.Error("20 guesses, and no end to it")
}

// A password signs in together with an address, so an address that counts for
// nothing gets none.
func TestAPasswordWithoutAnAddressIsNotSet(t *testing.T) {
	hubs := newProvider(t, func(k *federation.LoginKey) { k.Enabled, k.SignUps = true, federation.Allow })
	hubs.primary.person("ada@example.org")
	w := hubs.secondary
	b := w.browser()
	if p := b.walk(b.post(b.open("/signin?local=1"), "/signin/with/company"), "ada@example.org", hubs.primary, w); p.URL.Path != "/account" {
		t.Fatalf("at %s:\n%s", p.URL, p.Body)
	}
	want(t, "the page", b.open("/account/password").Status, http.StatusConflict)
	p := b.like(b.open("/account"), "/account/sessions/end-all", "/account/password", "password", "another long password here")
	want(t, "the form", p.Status, http.StatusConflict)
}
