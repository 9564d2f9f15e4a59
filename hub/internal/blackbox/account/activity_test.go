// Package account_test holds the pages of a user's own account.
package account_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/store"
)

const disownPath = "/account/activity/wasnt-me"

func TestActivityShowsTheOwnSignInsAndChanges(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	w.Person("bob@example.org")
	bob := w.Home("bob@example.org")
	bob.Submit(bob.Open("/account/profile"), "/account/profile", "name", "Bob")
	b := w.Browser()
	a := w.App()
	b.SignInTo(a, "ada@example.org")
	b.Submit(b.Open("/account/profile"), "/account/profile", "name", "Ada King")
	stranger := w.Browser()
	stranger.Submit(stranger.Open("/signin"), "/signin", "email", "ada@example.org", "password", "not hers at all")

	p := b.Open("/account/activity")
	for _, want := range []string{"A sign-in failed", "Your profile was changed", "You allowed Payroll to use your account", "You signed in", "for Payroll", "127.0.0.1"} {
		if !strings.Contains(p.Body, want) {
			t.Errorf("the page does not say %q: %s", want, hubtest.Gist(p.Body))
		}
	}
	hubtest.Want(t, "changes", strings.Count(p.Body, "Your profile was changed</h2>"), 1)
	if strings.Index(p.Body, "A sign-in failed") > strings.Index(p.Body, "You signed in") {
		t.Error("the newest is not first")
	}
	if c := p.Header.Get("Cache-Control"); !strings.Contains(c, "no-store") {
		t.Errorf("it may be stored: %q", c)
	}
}

// The log may be long: a page reads its own part of it.
func TestActivityGoesOnPageByPage(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	u := w.Person("ada@example.org")
	log := store.NewCollection[audit.Event](w.Backend, "audit", w.Clock.Now)
	for i := range 120 {
		hubtest.Done(t, log.Insert(t.Context(), audit.Event{ID: fmt.Sprintf("00000000-0000-7000-8000-%012d", i), Time: w.Clock.Now(), Kind: audit.PasskeyRenamed,
			Actor: u.ID, Target: u.ID, Detail: map[string]string{"name": fmt.Sprintf("key %d.", i)}, Expires: w.Clock.Now().Add(time.Hour)}))
	}
	b := w.Home("ada@example.org")
	seen, next := map[string]bool{}, "/account/activity"
	for pages := 0; next != ""; pages++ {
		if pages > 5 {
			t.Fatal("there is no end to it")
		}
		p := b.Open(next)
		for _, name := range regexp.MustCompile(`key \d+\.`).FindAllString(p.Body, -1) {
			if seen[name] {
				t.Errorf("%s is on two pages", name)
			}
			seen[name] = true
		}
		next = ""
		if found := regexp.MustCompile(`href="(/account/activity\?before=[^"]+)"`).FindStringSubmatch(p.Body); found != nil {
			next = found[1]
		}
	}
	hubtest.Want(t, "events", len(seen), 120)
	for _, odd := range []string{"%00", "%ff", "x", "zzzz"} {
		hubtest.Want(t, "status of before="+odd, b.Open("/account/activity?before="+odd).Status, http.StatusOK)
	}
}

func TestThisWasntMeEndsEverything(t *testing.T) {
	w, box := hubtest.MailingWorld(t)
	w.Person("ada@example.org")
	a := w.App()
	thief := w.Browser()
	tokens := a.Redeem(thief.SignInTo(a, "ada@example.org", "scope", "openid offline_access").Get("code"))
	b := w.Home("ada@example.org")

	p := b.Disowns("You signed in")
	if !strings.Contains(p.Body, "2 browsers") || !strings.Contains(p.Body, "1 app loses") || !strings.Contains(p.Body, "ada@example.org") {
		t.Errorf("the page does not count: %s", hubtest.Gist(p.Body))
	}
	hubtest.Want(t, "the thief before", thief.Open("/account").URL.Path, "/account") // looking does nothing
	hubtest.RefusedPage(t, "without our form", b.Read(b.PostForm(w.URL+disownPath, nil)))

	done := b.Submit(p, disownPath)
	hubtest.Want(t, "done", done.URL.RequestURI(), "/wasnt-me/done?mailed=1")
	hubtest.Want(t, "the thief", thief.Open("/account").URL.Path, "/signin")
	hubtest.Want(t, "the own browser", b.Open("/account").URL.Path, "/signin")
	hubtest.Want(t, "userinfo", w.Userinfo(tokens.Str("access_token")).Status, http.StatusUnauthorized)
	hubtest.Want(t, "refresh", a.Refresh(tokens.Str("refresh_token")).Status, http.StatusBadRequest)
	if p := thief.SignIn(thief.Authorize(a.Request()), "ada@example.org"); !strings.Contains(p.Body, `action="/consent"`) {
		t.Errorf("what was allowed is still allowed: %s", hubtest.Gist(p.Body))
	}
	link := box.Link(w, "ada@example.org")
	if !strings.HasPrefix(link, "/password/reset/") {
		t.Fatalf("the email leads to %s", link)
	}
	reader := w.Browser()
	reader.Submit(reader.Open(link), link, "password", "three quiet herons wade")
	late := w.Browser()
	hubtest.Want(t, "the old password", late.SignIn(late.Open("/signin"), "ada@example.org").URL.Path, "/signin")
}

func TestOnlyOwnEventsCanBeDisowned(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	w.Person("bob@example.org")
	ada, bob := w.Home("ada@example.org"), w.Home("bob@example.org")
	p := bob.Disowns("You signed in")
	event := p.URL.RequestURI()
	hubtest.Want(t, "another's event", ada.Open(event).Status, http.StatusNotFound)
	own := ada.Disowns("You signed in")
	hubtest.RefusedPage(t, "another's event, posted", ada.Post(own, disownPath, "event", p.URL.Query().Get("event")))
	for _, odd := range []string{"", "x", "\x00", "\xff"} {
		hubtest.RefusedPage(t, fmt.Sprintf("the event %q", odd), ada.Post(own, disownPath, "event", odd))
	}
	hubtest.Want(t, "bob", bob.Open("/account").URL.Path, "/account")
	hubtest.Want(t, "ada", ada.Open("/account").URL.Path, "/account")
	// Bob's wrong password is no sign-in of Ada's.
	stranger := w.Browser()
	stranger.Submit(stranger.Open("/signin"), "/signin", "email", "ada@example.org", "password", "not hers at all")
	if body := ada.Open("/account/activity").Body; strings.Contains(body, "me: A sign-in failed") {
		t.Error("a failed sign-in can be disowned")
	}
}

// change moves the signed-in user's address, and follows the link.
func change(w *hubtest.World, box *hubtest.Postbox, b *hubtest.Browser, to string) {
	w.Helper()
	b.Submit(b.Open("/account/email"), "/account/email", "email", to)
	link := box.Link(w, to)
	b.Submit(b.Open(link), link)
}

func TestADisownedChangeIsUndone(t *testing.T) {
	w, box := hubtest.MailingWorld(t)
	u := w.Person("ada@example.org")
	b := w.Home("ada@example.org")
	change(w, box, b, "thief@example.org")
	w.Clock.Skip(time.Hour) // a browser left open changes no address
	p := b.Disowns("The email of your account was set to thief@example.org")
	hubtest.Want(t, "after an hour", p.URL.Path, "/signin/prove")
	p = b.Prove(p)
	if !strings.Contains(p.Body, "becomes ada@example.org again") {
		t.Fatalf("at %s: %s", p.URL, hubtest.Gist(p.Body))
	}
	box.Take()
	hubtest.Want(t, "done", b.Submit(p, disownPath).URL.RequestURI(), "/wasnt-me/done?mailed=1")
	now, err := w.Hub.User(t.Context(), u.ID)
	hubtest.Done(t, err)
	hubtest.Want(t, "the address", now.Email, "ada@example.org")
	if !now.EmailVerified {
		t.Error("it is not verified")
	}
	if link := box.Link(w, "ada@example.org"); !strings.HasPrefix(link, "/password/reset/") {
		t.Errorf("the email leads to %s", link)
	}
	for _, sent := range box.All() {
		if sent.To == "thief@example.org" {
			t.Errorf("the thief is told: %s", sent.Subject)
		}
	}
}

func TestADisownedPasskeyIsRemoved(t *testing.T) {
	w := passkeyWorld(t)
	u := w.Person("ada@example.org")
	b := w.Home("ada@example.org")
	k := w.Device()
	b.AddPasskey(k, "name", "Theirs")
	b.Submit(b.Disowns("The passkey “Theirs” was added"), disownPath)
	hubtest.Want(t, "this browser", b.Open("/account").URL.Path, "/signin")
	thief := w.Browser()
	if p := thief.Passkey(thief.Open("/signin"), "/signin/passkey", k); p.URL.Path == "/account" {
		t.Errorf("the passkey of %s signs in", u.ID)
	}
}

func TestADisownedConnectionIsUndone(t *testing.T) {
	hubs, _ := hubtest.MailingPair(t)
	hubs.Primary.Person("ada@example.org")
	local := hubs.Secondary.Person("other@example.org")
	b := hubs.Here("other@example.org")
	connect := "/account/connect/" + hubs.Key.ID
	b.Follow(b.Hop(hubs.Abroad(b, b.Post(b.Open("/account/connections"), connect), "ada@example.org")))
	hubtest.Want(t, "links", hubs.LinkedTo(t, local), 1)

	// Disconnected by somebody else, and by the owner of the account put back.
	b.Submit(b.Open("/account/connections"), "/account/connections/remove")
	hubtest.Want(t, "links", hubs.LinkedTo(t, local), 0)
	b.Submit(b.Disowns(hubs.Key.Name+" was disconnected from your account"), disownPath)
	hubtest.Want(t, "links", hubs.LinkedTo(t, local), 1)

	b = hubs.Here("other@example.org")
	b.Submit(b.Disowns(hubs.Key.Name+" was connected to your account"), disownPath)
	hubtest.Want(t, "links", hubs.LinkedTo(t, local), 0)
}
