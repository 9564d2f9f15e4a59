package signin_test

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
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/users"
)

// unverified is a user with an unverified address.
func unverified(email string) users.NewUser {
	return users.NewUser{Email: email, Profile: users.Profile{Name: "Bob"}, Password: hubtest.Password}
}

func TestAForgottenPasswordIsReplacedByALinkThatWorksOnce(t *testing.T) {
	w, box := hubtest.MailingWorld(t)
	w.Person("ada@example.org")
	a := w.App()
	there := w.Browser()
	held := a.Redeem(there.SignInTo(a, "ada@example.org", "scope", "openid offline_access").Get("code"))

	b := w.Browser()
	known := b.Submit(b.Open("/password/forgot"), "/password/forgot", "email", "Ada@example.org")
	unknown := b.Submit(b.Open("/password/forgot"), "/password/forgot", "email", "nobody@example.org")
	if known.Status != 200 || known.Status != unknown.Status || normal(known.Body) != normal(unknown.Body) {
		t.Errorf("the answers differ:\n%s\n%s", known.Body, unknown.Body)
	}
	if n := len(box.All()); n != 1 {
		t.Fatalf("%d emails were sent", n)
	}
	link := box.Link(w, "ada@example.org")
	for range 2 { // a mail scanner that opens links does not use it up
		hubtest.Want(t, "the page", w.Browser().Open(link).Status, 200)
	}
	weak := b.Submit(b.Open(link), link, "password", "short")
	hubtest.Want(t, "a weak password", weak.Status, http.StatusUnprocessableEntity)
	done := b.Submit(weak, link, "password", "three quiet herons wade")
	if done.Status != 200 || !strings.Contains(done.Body, "Password changed") {
		t.Fatalf("%d %s", done.Status, done.Body)
	}
	// It ended all sessions, and it works once.
	hubtest.Want(t, "again", w.Browser().Open(link).Status, http.StatusGone)
	if p := there.Open("/account"); p.URL.Path != "/signin" {
		t.Error("the old session goes on")
	}
	if r := a.Refresh(held.Str("refresh_token")); r.Status == 200 {
		t.Error("the refresh token still works")
	}
	if p := b.SignIn(b.Open("/signin"), "ada@example.org"); p.Status != http.StatusUnauthorized {
		t.Errorf("the old password: %d", p.Status)
	}
	p := b.Submit(b.Open("/signin"), "/signin", "email", "ada@example.org", "password", "three quiet herons wade")
	hubtest.Want(t, "the new password", p.URL.Path, "/account")
	if told := box.About("was changed"); len(told) != 1 {
		t.Errorf("the owner was told %d times: %v", len(told), box.All())
	}
}

// normal removes the values that differ on each page.
func normal(body string) string {
	return regexp.MustCompile(`(value="[^"]*"|[A-Z2-7]{4}-[A-Z2-7]{4})`).ReplaceAllString(body, "")
}

func TestAResetLinkIsOneAmongMany(t *testing.T) {
	w, box := hubtest.MailingWorld(t)
	w.Person("ada@example.org")
	b := w.Browser()
	b.Submit(b.Open("/password/forgot"), "/password/forgot", "email", "ada@example.org")
	link := box.Link(w, "ada@example.org")
	var won atomic.Int64
	var group sync.WaitGroup
	racers, forms := make([]*hubtest.Browser, 32), make([]hubtest.Page, 32)
	for i := range racers {
		racers[i] = w.Browser()
		forms[i] = racers[i].Open(link)
	}
	for i := range racers {
		racer, form := racers[i], forms[i]
		group.Go(func() {
			if p := racer.Submit(form, link, "password", "three quiet herons wade"); p.Status == 200 {
				won.Add(1)
			}
		})
	}
	group.Wait()
	hubtest.Want(t, "winners", won.Load(), int64(1))
}

func TestAResetLinkEndsWithWhatItWasMadeFor(t *testing.T) {
	w, box := hubtest.MailingWorld(t)
	w.Person("ada@example.org")
	w.Person("root@example.org", "admin")
	b := w.Browser()
	ask := func() string {
		b.Submit(b.Open("/password/forgot"), "/password/forgot", "email", "ada@example.org")
		return box.Link(w, "ada@example.org")
	}
	old := ask()
	home := w.Home("ada@example.org")
	home.Submit(home.Open("/account"), "/account/sessions/end-all")
	hubtest.Want(t, "after signing out everywhere", b.Open(old).Status, http.StatusGone)
	late := ask()
	w.Clock.Skip(61 * time.Minute)
	hubtest.Want(t, "after an hour", b.Open(late).Status, http.StatusGone)
	// There is a limit per hour, and the page does not show when it is reached.
	before := len(box.All())
	for range 8 {
		ask()
	}
	hubtest.Want(t, "emails in an hour", len(box.All())-before, 4)
}

// FE-19: a new owner of a mailbox cannot use an email that was sent before the
// user changed the address.
func TestAResetLinkIsForTheAddressItWasSentTo(t *testing.T) {
	w, box := hubtest.MailingWorld(t)
	w.Person("ada@example.org")
	b := w.Browser()
	b.Submit(b.Open("/password/forgot"), "/password/forgot", "email", "ada@example.org")
	old := box.Link(w, "ada@example.org")
	home := w.Home("ada@example.org")
	home.Submit(home.Open("/account/email"), "/account/email", "email", "ada@new.example")
	proof := box.Link(w, "ada@new.example")
	form := b.Open(old)
	home.Submit(home.Open(proof), proof)
	hubtest.Want(t, "looking", b.Open(old).Status, http.StatusGone)
	hubtest.Want(t, "using it", b.Submit(form, old, "password", "three quiet herons wade").Status, http.StatusGone)
}

func TestAHubWithoutMailOffersNoLetters(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	b := w.Browser()
	if strings.Contains(b.Open("/password/forgot").Body, `action="/password/forgot"`) {
		t.Error("the page about forgotten passwords offers an email")
	}
	home := w.Home("ada@example.org")
	if p := home.Open("/account"); strings.Contains(p.Body, "/account/email") || strings.Contains(p.Body, `action="/account/verify"`) {
		t.Error("the account page offers an email")
	}
}

// TestAnUnprovenAddressCountsWhenItsLetterIsOpened is FE-30 and the note at D3:
// an address that the provider did not verify is verified by an email.
func TestAnUnprovenAddressCountsWhenItsLetterIsOpened(t *testing.T) {
	box := &hubtest.Postbox{}
	secondary := hubtest.NewWorldAs(t, hubtest.OpenSQLite(t), hub.Config{Mail: box})
	primary := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	primary.Person("ada@example.org")
	hubs := hubtest.Join(t, primary, secondary, func(k *federation.LoginKey) { k.TrustEmail, k.SignUps = false, federation.Allow })
	a := secondary.App()
	b := secondary.Browser()
	r := a.Redeem(b.Answer(hubs.Through(b, a, "ada@example.org")).Get("code"))
	hubtest.Want(t, "before", secondary.Userinfo(r.Str("access_token")).JSON["email_verified"], any(false))
	link := box.Link(secondary, "ada@example.org")
	page := b.Open("/account")
	if !strings.Contains(page.Body, "Not verified") || !strings.Contains(page.Body, "Send the email again") {
		t.Errorf("the account page: %s", page.Body)
	}

	// Another user who opens the link gains nothing, and proves nothing.
	secondary.Person("eve@example.org")
	eve := secondary.Home("eve@example.org")
	hubtest.Want(t, "the wrong person", eve.Open(link).Status, http.StatusGone)
	// Without a session, the page asks for a sign-in.
	hubtest.Want(t, "nobody", secondary.Browser().Open(link).URL.Path, "/signin")

	hubtest.Want(t, "looked at", secondary.Userinfo(r.Str("access_token")).JSON["email_verified"], any(false))
	done := b.Submit(b.Open(link), link)
	if !strings.Contains(done.Body, "Your email is verified.") {
		t.Fatalf("%d %s", done.Status, done.Body)
	}
	hubtest.Want(t, "after", secondary.Userinfo(r.Str("access_token")).JSON["email_verified"], any(true))
	hubtest.Want(t, "again", b.Open(link).Status, http.StatusGone)
}

func TestTheLetterIsSentAgainButNotWithoutEnd(t *testing.T) {
	w, box := hubtest.MailingWorld(t)
	if _, err := w.Hub.AddUser(t.Context(), audit.Named("test"), unverified("bob@example.org")); err != nil {
		t.Fatal(err)
	}
	b := w.Home("bob@example.org")
	for range 4 {
		b.Submit(b.Open("/account"), "/account/verify")
	}
	hubtest.Want(t, "the fifth", b.Submit(b.Open("/account"), "/account/verify").Status, http.StatusTooManyRequests)
	hubtest.Want(t, "emails", len(box.All()), 4)
	// When one account proves it, the other links stop working.
	link := box.Link(w, "bob@example.org")
	b.Submit(b.Open(link), link)
	if p := b.Open("/account"); strings.Contains(p.Body, "Not verified") {
		t.Error("the address is still unproven")
	}
}

func TestAnAddressIsChangedByItsOwnProof(t *testing.T) {
	w, box := hubtest.MailingWorld(t)
	w.Person("ada@example.org")
	w.Person("bob@example.org")
	b := w.Home("ada@example.org")
	b.Submit(b.Open("/account/email"), "/account/email", "email", "ada@new.example")
	link := box.Link(w, "ada@new.example")
	if p := b.Open("/account"); strings.Contains(p.Body, "ada@new.example") {
		t.Error("the address counts already")
	}
	b.Submit(b.Open(link), link)
	if p := b.Open("/account"); !strings.Contains(p.Body, "ada@new.example") {
		t.Error("the address was not changed")
	}
	if last := box.All()[len(box.All())-1]; last.To != "ada@example.org" || !strings.Contains(last.Subject, "was changed") {
		t.Errorf("the old address was not told: %v", last)
	}
	// Another user's address cannot be taken.
	b.Submit(b.Open("/account/email"), "/account/email", "email", "bob@example.org")
	link = box.Link(w, "bob@example.org")
	hubtest.Want(t, "a taken address", b.Submit(b.Open(link), link).Status, http.StatusConflict)
	// Long after the sign-in, a new one is needed first.
	w.Clock.Skip(11 * time.Minute)
	hubtest.Want(t, "later", b.Open("/account/email").URL.Path, "/signin/prove")
	hubtest.Want(t, "no address", w.Home("ada@new.example").Open("/account/email").Status, 200)
}

func TestAPasswordIsChangedByWhoKnowsIt(t *testing.T) {
	w, _ := hubtest.MailingWorld(t)
	w.Person("ada@example.org")
	elsewhere, here := w.Home("ada@example.org"), w.Home("ada@example.org")
	p := here.Submit(here.Open("/account/password"), "/account/password", "current", "not this one at all", "password", "three quiet herons wade")
	hubtest.Want(t, "a wrong one", p.Status, http.StatusUnprocessableEntity)
	p = here.Submit(here.Open("/account/password"), "/account/password", "current", hubtest.Password, "password", "short")
	hubtest.Want(t, "a weak one", p.Status, http.StatusUnprocessableEntity)
	p = here.Submit(here.Open("/account/password"), "/account/password", "current", hubtest.Password, "password", "three quiet herons wade")
	hubtest.Want(t, "a good one", p.URL.String(), w.URL+"/account?done=password")
	hubtest.Want(t, "elsewhere", elsewhere.Open("/account").URL.Path, "/signin")
	hubtest.Want(t, "here", here.Open("/account").URL.Path, "/account")
}

// Emails to one address are limited, also with many accounts and with proofs in
// between, and none goes to a look-alike mailbox.
func TestOneAddressGetsFewLettersWhoeverAsks(t *testing.T) {
	w, box := hubtest.MailingWorld(t)
	for _, who := range []string{"ada@example.org", "bob@example.org"} {
		w.Person(who)
		b := w.Home(who)
		for range 3 {
			b.Submit(b.Open("/account/email"), "/account/email", "email", "victim@new.example")
		}
		p := b.Submit(b.Open("/account/email"), "/account/email", "email", "vi\u017ftim@new.example")
		hubtest.Want(t, "a look-alike", p.Status, http.StatusUnprocessableEntity)
	}
	hubtest.Want(t, "emails", len(box.All()), 4)
}
