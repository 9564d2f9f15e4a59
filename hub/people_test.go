package hub_test

import (
	"net/http"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/users"
)

// mailingWorld is a hub that sends letters.
func mailingWorld(t *testing.T) (*world, *postbox) {
	t.Helper()
	box := &postbox{}
	return newWorldAs(t, openSQLite(t), hub.Config{Mail: box}), box
}

// unverified is somebody whose address nobody vouches for.
func unverified(email string) users.NewUser {
	return users.NewUser{Email: email, Name: "Bob", Password: password}
}

// home signs a person in to their own page.
func (w *world) home(email string) *browser {
	w.Helper()
	b := w.browser()
	if p := b.signIn(b.open("/signin"), email); p.URL.Path != "/account" {
		w.Fatalf("%s is at %s: %s", email, p.URL, p.Body)
	}
	return b
}

func TestAForgottenPasswordIsReplacedByALinkThatWorksOnce(t *testing.T) {
	w, box := mailingWorld(t)
	w.person("ada@example.org")
	a := w.app()
	there := w.browser()
	held := a.redeem(there.signInTo(a, "ada@example.org", "scope", "openid offline_access").Get("code"))

	b := w.browser()
	known := b.submit(b.open("/password/forgot"), "/password/forgot", "email", "Ada@example.org")
	unknown := b.submit(b.open("/password/forgot"), "/password/forgot", "email", "nobody@example.org")
	if known.Status != 200 || known.Status != unknown.Status || normal(known.Body) != normal(unknown.Body) {
		t.Errorf("the answers differ:\n%s\n%s", known.Body, unknown.Body)
	}
	if n := len(box.All()); n != 1 {
		t.Fatalf("%d letters were sent", n)
	}
	link := box.link(w, "ada@example.org")
	for range 2 { // a program that looks through mail uses nothing up
		want(t, "the page", w.browser().open(link).Status, 200)
	}
	weak := b.submit(b.open(link), link, "password", "short")
	want(t, "a weak password", weak.Status, http.StatusUnprocessableEntity)
	done := b.submit(weak, link, "password", "three quiet herons wade")
	if done.Status != 200 || !strings.Contains(done.Body, "Your password is set") {
		t.Fatalf("%d %s", done.Status, done.Body)
	}
	// It ended everything, and it cannot be used again.
	want(t, "again", w.browser().open(link).Status, http.StatusGone)
	if p := there.open("/account"); p.URL.Path != "/signin" {
		t.Error("the old session goes on")
	}
	if r := a.refresh(held.str("refresh_token")); r.Status == 200 {
		t.Error("the refresh token still works")
	}
	if p := b.signIn(b.open("/signin"), "ada@example.org"); p.Status != http.StatusUnauthorized {
		t.Errorf("the old password: %d", p.Status)
	}
	p := b.submit(b.open("/signin"), "/signin", "email", "ada@example.org", "password", "three quiet herons wade")
	want(t, "the new password", p.URL.Path, "/account")
	if last := box.All()[len(box.All())-1]; !strings.Contains(last.Subject, "was changed") {
		t.Errorf("the owner was told %q", last.Subject)
	}
}

// normal takes out of a page what differs each time.
func normal(body string) string {
	return regexp.MustCompile(`(value="[^"]*"|[A-Z2-7]{4}-[A-Z2-7]{4})`).ReplaceAllString(body, "")
}

func TestAResetLinkIsOneAmongMany(t *testing.T) {
	w, box := mailingWorld(t)
	w.person("ada@example.org")
	b := w.browser()
	b.submit(b.open("/password/forgot"), "/password/forgot", "email", "ada@example.org")
	link := box.link(w, "ada@example.org")
	var won atomic.Int64
	var group sync.WaitGroup
	racers, forms := make([]*browser, 32), make([]page, 32)
	for i := range racers {
		racers[i] = w.browser()
		forms[i] = racers[i].open(link)
	}
	for i := range racers {
		racer, form := racers[i], forms[i]
		group.Go(func() {
			if p := racer.submit(form, link, "password", "three quiet herons wade"); p.Status == 200 {
				won.Add(1)
			}
		})
	}
	group.Wait()
	want(t, "winners", won.Load(), int64(1))
}

func TestAResetLinkEndsWithWhatItWasMadeFor(t *testing.T) {
	w, box := mailingWorld(t)
	w.person("ada@example.org")
	w.person("root@example.org", "admin")
	b := w.browser()
	ask := func() string {
		b.submit(b.open("/password/forgot"), "/password/forgot", "email", "ada@example.org")
		return box.link(w, "ada@example.org")
	}
	old := ask()
	home := w.home("ada@example.org")
	home.submit(home.open("/account"), "/account/sessions/end-all")
	want(t, "after signing out everywhere", b.open(old).Status, http.StatusGone)
	late := ask()
	w.clock.skip(61 * time.Minute)
	want(t, "after an hour", b.open(late).Status, http.StatusGone)
	// No more than a few an hour, and nobody is told.
	before := len(box.All())
	for range 8 {
		ask()
	}
	want(t, "letters in an hour", len(box.All())-before, 4)
}

// FE-19: whoever has the mailbox that somebody gave up gets no account with a
// letter that came before.
func TestAResetLinkIsForTheAddressItWasSentTo(t *testing.T) {
	w, box := mailingWorld(t)
	w.person("ada@example.org")
	b := w.browser()
	b.submit(b.open("/password/forgot"), "/password/forgot", "email", "ada@example.org")
	old := box.link(w, "ada@example.org")
	home := w.home("ada@example.org")
	home.submit(home.open("/account/email"), "/account/email", "email", "ada@new.example")
	proof := box.link(w, "ada@new.example")
	form := b.open(old)
	home.submit(home.open(proof), proof)
	want(t, "looking", b.open(old).Status, http.StatusGone)
	want(t, "using it", b.submit(form, old, "password", "three quiet herons wade").Status, http.StatusGone)
}

func TestAHubWithoutMailOffersNoLetters(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	b := w.browser()
	want(t, "forgot", b.open("/password/forgot").Status, http.StatusNotFound)
	if strings.Contains(b.open("/signin").Body, "/password/forgot") {
		t.Error("the sign-in page offers a letter")
	}
	home := w.home("ada@example.org")
	if p := home.open("/account"); strings.Contains(p.Body, "/account/email") || strings.Contains(p.Body, `action="/account/verify"`) {
		t.Error("the account page offers a letter")
	}
}

// TestAnUnprovenAddressCountsWhenItsLetterIsOpened is FE-30 and the note at D3:
// what an upstream could not vouch for is proved to us.
func TestAnUnprovenAddressCountsWhenItsLetterIsOpened(t *testing.T) {
	box := &postbox{}
	secondary := newWorldAs(t, openSQLite(t), hub.Config{Mail: box})
	primary := newWorld(t, openSQLite(t))
	primary.person("ada@example.org")
	hubs := join(t, primary, secondary, func(k *federation.LoginKey) { k.TrustEmail, k.SignUps = false, federation.Allow })
	a := secondary.app()
	b := secondary.browser()
	r := a.redeem(b.answer(hubs.through(b, a, "ada@example.org")).Get("code"))
	want(t, "before", secondary.userinfo(r.str("access_token")).JSON["email_verified"], any(false))
	link := box.link(secondary, "ada@example.org")
	page := b.open("/account")
	if !strings.Contains(page.Body, "Not verified") || !strings.Contains(page.Body, "Send the letter again") {
		t.Errorf("the account page: %s", page.Body)
	}

	// A stranger who gets the letter, and clicks, gives nobody anything.
	secondary.person("eve@example.org")
	eve := secondary.home("eve@example.org")
	want(t, "the wrong person", eve.open(link).Status, http.StatusGone)
	// Nobody signed in is asked to sign in.
	want(t, "nobody", secondary.browser().open(link).URL.Path, "/signin")

	want(t, "looked at", secondary.userinfo(r.str("access_token")).JSON["email_verified"], any(false))
	done := b.submit(b.open(link), link)
	if !strings.Contains(done.Body, "Confirmed.") {
		t.Fatalf("%d %s", done.Status, done.Body)
	}
	want(t, "after", secondary.userinfo(r.str("access_token")).JSON["email_verified"], any(true))
	want(t, "again", b.open(link).Status, http.StatusGone)
}

func TestTheLetterIsSentAgainButNotWithoutEnd(t *testing.T) {
	w, box := mailingWorld(t)
	if _, err := w.Hub.AddUser(t.Context(), "test", unverified("bob@example.org")); err != nil {
		t.Fatal(err)
	}
	b := w.home("bob@example.org")
	for range 4 {
		b.submit(b.open("/account"), "/account/verify")
	}
	want(t, "the fifth", b.submit(b.open("/account"), "/account/verify").Status, http.StatusTooManyRequests)
	want(t, "letters", len(box.All()), 4)
	// One of them proves it, and the others are over.
	link := box.link(w, "bob@example.org")
	b.submit(b.open(link), link)
	if p := b.open("/account"); strings.Contains(p.Body, "Not verified") {
		t.Error("the address is still unproven")
	}
}

func TestAnAddressIsChangedByItsOwnProof(t *testing.T) {
	w, box := mailingWorld(t)
	w.person("ada@example.org")
	w.person("bob@example.org")
	b := w.home("ada@example.org")
	b.submit(b.open("/account/email"), "/account/email", "email", "ada@new.example")
	link := box.link(w, "ada@new.example")
	if p := b.open("/account"); strings.Contains(p.Body, "ada@new.example") {
		t.Error("the address counts already")
	}
	b.submit(b.open(link), link)
	if p := b.open("/account"); !strings.Contains(p.Body, "ada@new.example") {
		t.Error("the address was not changed")
	}
	if last := box.All()[len(box.All())-1]; last.To != "ada@example.org" || !strings.Contains(last.Subject, "was changed") {
		t.Errorf("the old address was not told: %v", last)
	}
	// Somebody else's address stays theirs.
	b.submit(b.open("/account/email"), "/account/email", "email", "bob@example.org")
	link = box.link(w, "bob@example.org")
	want(t, "a taken address", b.submit(b.open(link), link).Status, http.StatusConflict)
	// Long after signing in, one does so again first.
	w.clock.skip(11 * time.Minute)
	want(t, "later", b.open("/account/email").URL.Path, "/signin")
	want(t, "no address", w.home("ada@new.example").open("/account/email").Status, 200)
}

func TestAPasswordIsChangedByWhoKnowsIt(t *testing.T) {
	w, _ := mailingWorld(t)
	w.person("ada@example.org")
	elsewhere, here := w.home("ada@example.org"), w.home("ada@example.org")
	p := here.submit(here.open("/account/password"), "/account/password", "current", "not this one at all", "password", "three quiet herons wade")
	want(t, "a wrong one", p.Status, http.StatusUnprocessableEntity)
	p = here.submit(here.open("/account/password"), "/account/password", "current", password, "password", "short")
	want(t, "a weak one", p.Status, http.StatusUnprocessableEntity)
	p = here.submit(here.open("/account/password"), "/account/password", "current", password, "password", "three quiet herons wade")
	want(t, "a good one", p.URL.String(), w.URL+"/account?done=password")
	want(t, "elsewhere", elsewhere.open("/account").URL.Path, "/signin")
	want(t, "here", here.open("/account").URL.Path, "/account")
}

// Letters to strangers: neither many accounts nor proofs in between get more of
// them to one address, and none goes to a mailbox that only looks like one.
func TestOneAddressGetsFewLettersWhoeverAsks(t *testing.T) {
	w, box := mailingWorld(t)
	for _, who := range []string{"ada@example.org", "bob@example.org"} {
		w.person(who)
		b := w.home(who)
		for range 3 {
			b.submit(b.open("/account/email"), "/account/email", "email", "victim@new.example")
		}
		p := b.submit(b.open("/account/email"), "/account/email", "email", "vi\u017ftim@new.example")
		want(t, "a look-alike", p.Status, http.StatusUnprocessableEntity)
	}
	want(t, "letters", len(box.All()), 4)
}
