package linking_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/mail"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
)

// An unattended browser or a stolen cookie is not enough to change sign-in
// methods: every such form needs a recent sign-in.
func TestChangingWhatSignsOneInNeedsAFreshSignIn(t *testing.T) {
	const person = "other@example.org"
	for _, tt := range []struct {
		name, page, action string
		fields             []string
		connected          bool          // an identity is linked already
		within             time.Duration // of signing in
		changed            func(t *testing.T, hubs hubtest.Pair, post *hubtest.Postbox, u users.User, p hubtest.Page) bool
	}{
		{"connecting", "/account/connections", "/account/connect/", nil, false, 10 * time.Minute,
			func(_ *testing.T, hubs hubtest.Pair, _ *hubtest.Postbox, _ users.User, p hubtest.Page) bool {
				return strings.HasPrefix(p.Location, hubs.Primary.URL) || strings.Contains(p.Body, hubs.Primary.URL+"/oauth2/authorize")
			}},
		{"disconnecting", "/account/connections", "/account/connections/remove", nil, true, 10 * time.Minute,
			func(t *testing.T, hubs hubtest.Pair, _ *hubtest.Postbox, u users.User, _ hubtest.Page) bool {
				return hubs.LinkedTo(t, u) == 0
			}},
		{"undoing a change", "/account/connections", "/account/connections/undo", nil, true, 10 * time.Minute,
			func(t *testing.T, hubs hubtest.Pair, _ *hubtest.Postbox, u users.User, _ hubtest.Page) bool {
				return hubs.LinkedTo(t, u) == 0
			}},
		{"another address", "/account/email", "/account/email", []string{"email", "new@example.org"}, false, 10 * time.Minute,
			func(_ *testing.T, _ hubtest.Pair, post *hubtest.Postbox, _ users.User, _ hubtest.Page) bool {
				return slices.ContainsFunc(post.All(), func(l mail.Message) bool { return l.To == "new@example.org" })
			}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			hubs, post := hubtest.MailingPair(t)
			hubs.Primary.Person("ada@example.org")
			u := hubs.Secondary.Person(person)
			b := hubs.Here(person)
			if strings.HasSuffix(tt.action, "/") {
				tt.action += hubs.Key.ID
			}
			if tt.connected {
				back := hubs.Abroad(b, b.Post(b.Open("/account/connections"), "/account/connect/"+hubs.Key.ID), "ada@example.org")
				b.Follow(b.Hop(back))
				hubtest.Want(t, "connected", hubs.LinkedTo(t, u), 1)
			}
			at := b.Open(tt.page)
			hubs.Skip(tt.within + time.Minute)
			p := b.Submit(at, tt.action, tt.fields...)
			if p.URL.Path != "/signin/prove" || !strings.Contains(p.Body, `name="prove_password"`) {
				t.Fatalf("late: got %d at %s, want to sign in once more:\n%s", p.Status, p.URL, p.Body)
			}
			if tt.changed(t, hubs, post, u, p) {
				t.Fatal("late: it was done all the same")
			}
			if p = b.SignIn(p, person); p.URL.Path != tt.page {
				t.Fatalf("signed in again: got %d at %s", p.Status, p.URL)
			}
			hubs.Skip(tt.within - time.Minute)
			p = b.Submit(p, tt.action, tt.fields...)
			if !tt.changed(t, hubs, post, u, p) {
				t.Errorf("in time: got %d at %s:\n%s", p.Status, p.URL, p.Body)
			}
		})
	}
}

// A user without a password proves the account by signing in again.
func TestAFirstPasswordNeedsAFreshSignIn(t *testing.T) {
	hubs := hubtest.NewProvider(t, func(k *federation.LoginKey) { k.Enabled, k.SignUps, k.TrustEmail = true, federation.Allow, true })
	hubs.Primary.Person("ada@example.org")
	w := hubs.Secondary
	b := w.Browser()
	comes := func(from hubtest.Page) hubtest.Page {
		return b.Walk(b.Post(from, "/signin/with/company"), "ada@example.org", hubs.Primary, w)
	}
	if p := comes(b.Open("/signin?local=1")); p.URL.Path != "/account" {
		t.Fatalf("at %s:\n%s", p.URL, p.Body)
	}
	at := b.Open("/account/password")
	hubs.Skip(11 * time.Minute)
	hubtest.Want(t, "the page, late", b.Open("/account/password").URL.Path, "/signin/prove")
	p := b.Submit(at, "/account/password", "password", "another long password here")
	hubtest.Want(t, "the form, late", p.URL.Path, "/signin/prove")
	u, err := w.Hub.FindUser(t.Context(), "ada@example.org")
	if err != nil || u.Password != "" {
		t.Fatalf("a password was set: %v", err)
	}
	if p = comes(p); p.URL.Path != "/account/password" {
		t.Fatalf("signed in again: at %s:\n%s", p.URL, p.Body)
	}
	hubs.Skip(9 * time.Minute)
	p = b.Submit(p, "/account/password", "password", "another long password here")
	hubtest.Want(t, "in time", p.URL.Path+"?"+p.URL.RawQuery, "/account?done=password")
}

const (
	undo       = "/account/connections/undo"
	disconnect = "/account/connections/remove"
)

func TestAPersonUndoesAndDisconnectsOnlyWhatIsTheirs(t *testing.T) {
	hubs, _ := hubtest.MailingPair(t)
	hubs.Primary.Person("ada@example.org")
	hubs.Primary.Person("mal@example.org")
	_, victim, record := hubs.Connected(t, "victim@example.org", "ada@example.org")
	b, mallory, _ := hubs.Connected(t, "mallory@example.org", "mal@example.org")
	p := b.Open("/account/connections")
	hubtest.Want(t, "undoing somebody else's change", b.Like(p, undo, undo, "record", record.ID).Status, http.StatusGone)
	hubtest.Want(t, "undoing nothing", b.Like(p, undo, undo, "record", "made up").Status, http.StatusGone)
	hubtest.Want(t, "disconnecting somebody else's", b.Like(p, disconnect, disconnect, "identity", record.IdentityID).Location, "/account/connections")
	hubtest.Want(t, "links of the victim", hubs.LinkedTo(t, victim), 1)
	hubtest.Want(t, "links of mallory", hubs.LinkedTo(t, mallory), 1)
	hubtest.Want(t, "still signed in", b.Open("/account").URL.Path, "/account")
}

func TestAChangeIsUndoneOnceAndNotPastItsTime(t *testing.T) {
	hubs, _ := hubtest.MailingPair(t)
	hubs.Primary.Person("ada@example.org")
	b, u, record := hubs.Connected(t, "other@example.org", "ada@example.org")
	p := b.Open("/account/connections")
	hubtest.Want(t, "undone", b.Like(p, undo, undo, "record", record.ID).Location, "/signed-out")
	b = hubs.Here("other@example.org")
	again := b.Like(b.Open("/account"), "/account/sessions/end-all", undo, "record", record.ID)
	hubtest.Want(t, "a second time", again.Status, http.StatusGone)
	hubtest.Want(t, "links", hubs.LinkedTo(t, u), 0)
}

// Unlinks that a user cannot undo: the last sign-in method, an unlink by an
// administrator, and an identity that belongs to another account now.
func TestAChangeThatWouldHarmIsNotUndone(t *testing.T) {
	hubs := hubtest.NewProvider(t, func(k *federation.LoginKey) { k.Enabled, k.SignUps, k.TrustEmail = true, federation.Allow, true })
	hubs.Primary.Person("ada@example.org")
	w := hubs.Secondary
	links := w.Hub.Linking()
	policy := linking.Policy{KeyID: "company", Name: "Company", Enabled: true}
	claim := linking.Claim{Key: "company", Issuer: hubs.Primary.URL, Subject: "somebody"}
	u, other := w.Person("other@example.org"), w.Person("third@example.org")
	b := w.Home("other@example.org")
	undone := func(what, record string, status int, heading string) {
		t.Helper()
		p := b.Like(b.Open("/account"), "/account/sessions/end-all", undo, "record", record)
		hubtest.Want(t, what, p.Status, status)
		if !strings.Contains(p.Body, heading) {
			t.Errorf("%s: the page does not say %q", what, heading)
		}
	}
	link := func(to users.User) linking.Decision {
		t.Helper()
		d, err := links.Link(t.Context(), to, claim, policy)
		if err != nil || d.Action != linking.Link {
			t.Fatalf("%s: %v", d.Why, err)
		}
		return d
	}
	last := func() string {
		t.Helper()
		all, err := links.Records(t.Context(), u.ID)
		if err != nil || len(all) == 0 {
			t.Fatalf("no change is on record: %v", err)
		}
		return all[0].ID
	}
	unlink := func(by string) {
		t.Helper()
		linked, err := links.ByUser(t.Context(), u.ID)
		if err != nil || len(linked) != 1 {
			t.Fatalf("%d identities, %v", len(linked), err)
		}
		if u, err = links.Unlink(t.Context(), u.ID, linked[0].ID, by); err != nil {
			t.Fatal(err)
		}
		b = w.Home("other@example.org") // all sessions ended
	}
	link(u)
	unlink("an administrator")
	undone("what an administrator removed", last(), http.StatusForbidden, "An administrator removed this.")
	link(u)
	unlink(u.ID)
	link(other)
	undone("what is somebody else's by now", last(), http.StatusConflict, "It is connected to another account.")
	all, err := links.ByUser(t.Context(), other.ID)
	if err != nil || len(all) != 1 {
		t.Errorf("the other account has %d identities, %v", len(all), err)
	}
}

// The page that changes a password limits guesses of the current one.
func TestAnotherPasswordTakesTheCurrentOne(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	b := w.Home("ada@example.org")
	w.Clock.Skip(11 * time.Minute) // not recent, but the form asks for the password
	guess := func() hubtest.Page {
		return b.Submit(b.Open("/account/password"), "/account/password", "current", "wrong", "password", "another long password here")
	}
	for range 4 {
		p := guess()
		hubtest.Want(t, "status", p.Status, http.StatusUnprocessableEntity)
		if !strings.Contains(p.Body, `Wrong current password`) {
			t.Errorf("the page does not say what is wrong: %s", p.Body)
		}
	}
	hubtest.Want(t, "the fifth", guess().Status, http.StatusForbidden)
	hubtest.Want(t, "signed out", b.Open("/account/password").URL.Path, "/signin")
}

// A password needs a verified address to sign in with, so an account without one
// gets no password.
func TestAPasswordWithoutAnAddressIsNotSet(t *testing.T) {
	hubs := hubtest.NewProvider(t, func(k *federation.LoginKey) { k.Enabled, k.SignUps = true, federation.Allow })
	hubs.Primary.Person("ada@example.org")
	w := hubs.Secondary
	b := w.Browser()
	if p := b.Walk(b.Post(b.Open("/signin?local=1"), "/signin/with/company"), "ada@example.org", hubs.Primary, w); p.URL.Path != "/account" {
		t.Fatalf("at %s:\n%s", p.URL, p.Body)
	}
	hubtest.Want(t, "the page", b.Open("/account/password").Status, http.StatusConflict)
	p := b.Like(b.Open("/account"), "/account/sessions/end-all", "/account/password", "password", "another long password here")
	hubtest.Want(t, "the form", p.Status, http.StatusConflict)
}
