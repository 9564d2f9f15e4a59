package account

import (
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/internal/testkit/userstest"
)

// byCompany is a sign-in by the identity that the company knows ada by.
func byCompany(s *sessions.Start) { s.LoginKey, s.UpstreamSub = "company", "1" }

// wantSignedIn checks the user of each browser.
func (w *world) wantSignedIn(what string, held []*http.Cookie, want bool) {
	w.t.Helper()
	if _, is := w.who(held); is != want {
		w.t.Errorf("%s: signed in %v, want %v", what, is, want)
	}
}

// Sessions of the unlinked identity end, and so do all others except this
// browser's, unless it used that identity too.
func TestDisconnectingEndsEverythingButThisBrowser(t *testing.T) {
	for what, row := range map[string]struct {
		from  func(*sessions.Start)
		to    string
		stays bool
	}{
		"by a password":                     {func(*sessions.Start) {}, "/account/connections?done=unlinked", true},
		"by another identity":               {func(s *sessions.Start) { s.LoginKey, s.UpstreamSub = "branch", "1" }, "/account/connections?done=unlinked", true},
		"by another account at the company": {func(s *sessions.Start) { s.LoginKey, s.UpstreamSub = "company", "2" }, "/account/connections?done=unlinked", true},
		"by what is disconnected":           {byCompany, "/signed-out", false},
	} {
		w := newWorld(t)
		ada := w.people.Person("ada@example.org")
		if err := w.identities.Insert(t.Context(), linking.Identity{ID: "hers", UserID: ada.ID, LoginKey: "company", Subject: "1"}); err != nil {
			t.Fatal(err)
		}
		w.signIn(ada, byCompany)
		there := w.cookies
		w.signIn(ada)
		elsewhere := w.cookies
		w.signIn(ada, row.from)
		if got := w.post(w.pages.Disconnect, url.Values{"identity": {"hers"}}); got.err != nil || got.to != row.to {
			t.Errorf("%s: got %d to %q, %v", what, got.status, got.to, got.err)
		}
		w.wantSignedIn(what+", this browser", w.cookies, row.stays)
		w.wantSignedIn(what+", one that came by the company", there, false)
		w.wantSignedIn(what+", another", elsewhere, false)
		if _, err := w.identities.Get(t.Context(), "hers"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: the identity is still hers: %v", what, err)
		}
		if !slices.Equal(w.events, []string{audit.LinkRemoved}) {
			t.Errorf("%s: recorded is %q", what, w.events)
		}
	}
}

const better = "nine boats behind the old mill"

func TestAnotherPasswordEndsEverythingButThisBrowser(t *testing.T) {
	w := newWorld(t)
	ada := w.people.Person("ada@example.org")
	w.signIn(ada)
	elsewhere := w.cookies
	w.signIn(ada)
	before := w.cookies
	w.people.Pass(time.Hour)
	if got := w.post(w.pages.ChangePassword, url.Values{"current": {userstest.Good}, "password": {better}}); got.err != nil || got.to != "/account?done=password" {
		t.Fatalf("got %d to %q, %v", got.status, got.to, got.err)
	}
	w.wantSignedIn("this browser", w.cookies, true)
	w.wantSignedIn("what it had before", before, false)
	w.wantSignedIn("elsewhere", elsewhere, false)
	if p, _ := w.who(w.cookies); !p.Session.AuthTime.Equal(w.people.Now()) {
		t.Errorf("she showed her password now, and signed in at %v", p.Session.AuthTime)
	}
	if w.people.SignIn("ada@example.org", better) != nil || w.people.SignIn("ada@example.org", userstest.Good) == nil {
		t.Error("the password is not the new one alone")
	}
	if emails := w.emailsTo(); len(emails) != 1 || emails[0] != "ada@example.org" {
		t.Errorf("emails went to %q", emails)
	}
	if !slices.Contains(w.events, audit.PasswordChanged) {
		t.Errorf("recorded is %q", w.events)
	}
}

// emailsTo returns the recipients of the emails, and empties the mailbox.
func (w *world) emailsTo() (to []string) {
	for _, l := range w.box.Take() {
		to = append(to, l.To)
	}
	return to
}

// Setting a first password is no new proof: auth_time and sign-in method of the
// session stay.
func TestAFirstPasswordIsNoSignIn(t *testing.T) {
	w := newWorld(t)
	ada := w.withoutPassword("ada@example.org")
	s := w.signIn(ada, byCompany)
	w.people.Pass(9 * time.Minute)
	if got := w.post(w.pages.ChangePassword, url.Values{"password": {better}}); got.err != nil || got.to != "/account?done=password" {
		t.Fatalf("got %d to %q, %v", got.status, got.to, got.err)
	}
	p, is := w.who(w.cookies)
	if !is || !p.Session.AuthTime.Equal(s.AuthTime) || !p.Session.SignedInWith("company", "1") || p.Session.SID != s.SID {
		t.Errorf("signed in %v: got %+v", is, p.Session)
	}
}

func TestPeopleEndTheirOwnSessionsOnly(t *testing.T) {
	w := newWorld(t)
	ada, bob := w.people.Person("ada@example.org"), w.people.Person("bob@example.org")
	his := w.signIn(bob)
	bobs := w.cookies
	hers := w.signIn(ada)
	elsewhere := w.cookies
	w.signIn(ada)
	if got := w.post(w.pages.EndSession, url.Values{"session": {his.SID}}); !errors.Is(got.err, fs.ErrNotExist) {
		t.Errorf("somebody else's: got %d to %q, %v", got.status, got.to, got.err)
	}
	w.wantSignedIn("bob", bobs, true)
	if got := w.post(w.pages.EndSession, url.Values{"session": {hers.SID}}); got.err != nil || got.to != "/account?done=signedout" {
		t.Errorf("her own: got %d to %q, %v", got.status, got.to, got.err)
	}
	w.wantSignedIn("elsewhere", elsewhere, false)
	w.wantSignedIn("this browser", w.cookies, true)

	w.signIn(ada)
	elsewhere = w.cookies
	w.signIn(ada)
	if got := w.post(w.pages.EndAll, url.Values{}); got.err != nil || got.to != "/signed-out" {
		t.Errorf("all: got %d to %q, %v", got.status, got.to, got.err)
	}
	w.wantSignedIn("this browser, after all have ended", w.cookies, false)
	w.wantSignedIn("elsewhere, after all have ended", elsewhere, false)
	w.wantSignedIn("bob, after all of hers have ended", bobs, true)
	if !slices.Equal(w.events, []string{audit.SessionsEnded, audit.SessionsEnded}) {
		t.Errorf("recorded is %q", w.events)
	}
}
