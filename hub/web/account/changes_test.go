package account

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/maillinks"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/internal/testkit/userstest"
)

// An unattended browser must not allow an attacker to take over the account.
func TestWhatSignsSomebodyInIsChangedRightAfterASignIn(t *testing.T) {
	for _, row := range []struct {
		what  string
		page  func(*Handler) web.HandlerFunc
		form  url.Values
		fresh time.Duration // the age of a sign-in that is still recent
		again string        // where else they sign in again
	}{
		{"the form for another address", func(d *Handler) web.HandlerFunc { return d.Email }, nil, 10 * time.Minute, "/signin/prove?to=%2Faccount%2Femail"},
		{"another address", func(d *Handler) web.HandlerFunc { return d.ChangeEmail }, url.Values{"email": {"none"}}, 10 * time.Minute, "/signin/prove?to=%2Faccount%2Femail"},
		{"the form for a first password", func(d *Handler) web.HandlerFunc { return d.Password }, nil, 10 * time.Minute, "/signin/prove?to=%2Faccount%2Fpassword"},
		{"a first password", func(d *Handler) web.HandlerFunc { return d.ChangePassword }, url.Values{"password": {"short"}}, 10 * time.Minute, "/signin/prove?to=%2Faccount%2Fpassword"},
		{"disconnecting", func(d *Handler) web.HandlerFunc { return d.Disconnect }, url.Values{"identity": {"none"}}, 10 * time.Minute, "/signin/prove?to=%2Faccount%2Fconnections"},
		{"taking a change back", func(d *Handler) web.HandlerFunc { return d.UndoChange }, url.Values{"record": {"none"}}, 10 * time.Minute, "/signin/prove?to=%2Faccount%2Fconnections"},
	} {
		w := newWorld(t)
		w.signIn(w.withoutPassword("ada@example.org"))
		w.people.Pass(row.fresh)
		if got := w.post(row.page(w.pages), row.form); strings.HasPrefix(got.to, "/signin") {
			t.Errorf("%s, just signed in: sent to %s", row.what, got.to)
		}
		w.people.Pass(time.Second)
		if got := w.post(row.page(w.pages), row.form); got.status != http.StatusSeeOther || got.to != row.again || got.err != nil {
			t.Errorf("%s, a while later: got %d to %q (%v), want to %s", row.what, got.status, got.to, got.err, row.again)
		}
	}
}

func (w *world) withoutPassword(email string) users.User {
	w.t.Helper()
	u := w.people.Person(email)
	if err := w.people.Users.Update(w.t.Context(), u.ID, func(u *users.User) error { u.Password = ""; return nil }); err != nil {
		w.t.Fatal(err)
	}
	return u
}

func TestAnotherPasswordIsSetByWhoKnowsTheOneBefore(t *testing.T) {
	w := newWorld(t)
	w.signIn(w.people.Person("ada@example.org"))
	w.people.Pass(time.Hour) // however long ago they signed in
	const better = "nine boats behind the old mill"
	got := w.post(w.pages.ChangePassword, url.Values{"current": {"a guess"}, "password": {better}})
	if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, "current password") {
		t.Errorf("a guess: got %d to %q, %v", got.status, got.to, got.err)
	}
	if w.people.SignIn("ada@example.org", better) == nil || w.people.SignIn("ada@example.org", userstest.Good) != nil {
		t.Error("a guess changed the password")
	}
	got = w.post(w.pages.ChangePassword, url.Values{"current": {userstest.Good}, "password": {"short"}})
	if got.status != http.StatusUnprocessableEntity || strings.Contains(got.body, "your current password") || got.to != "" {
		t.Errorf("the one before, and a poor one now: got %d to %q, %v", got.status, got.to, got.err)
	}
}

// A provider may sign an attacker at an unattended browser in again without a
// question, so a new session does not reset the count.
func TestWrongPasswordsAreCountedOnWhereAProviderSignsIn(t *testing.T) {
	w := newWorld(t)
	ada := w.people.Person("ada@example.org")
	try := func(current string) answer {
		t.Helper()
		return w.post(w.pages.ChangePassword, url.Values{"current": {current}, "password": {"short"}})
	}
	w.signIn(ada, byCompany)
	for n := range 4 {
		if got := try("a guess"); got.status != http.StatusUnprocessableEntity {
			t.Fatalf("guess %d: got %d, %v", n, got.status, got.err)
		}
	}
	if got := try("a guess"); status(got.err) != http.StatusForbidden {
		t.Fatalf("the fifth guess: got %d, %v", got.status, got.err)
	}
	w.signIn(ada, byCompany)
	if got := try("a guess"); got.status != http.StatusUnprocessableEntity {
		t.Errorf("in the next session: got %d, %v", got.status, got.err)
	}
	if got := try(userstest.Good); status(got.err) != http.StatusTooManyRequests {
		t.Errorf("at once after it: got %d, %v", got.status, got.err)
	}
	held := w.cookies
	w.signIn(ada) // by a password, which is proof that the guesser has not
	if got := try("a guess"); got.status != http.StatusUnprocessableEntity {
		t.Errorf("in a session by a password: got %d, %v", got.status, got.err)
	}
	w.cookies = held
	w.people.Pass(2 * time.Second)
	if got := try(userstest.Good); got.status != http.StatusUnprocessableEntity || strings.Contains(got.body, "your current password") {
		t.Errorf("the right one, a moment later: got %d, %v", got.status, got.err)
	}
}

// The end of a session for wrong passwords may fail half-way.
func TestASessionThatWasGuessedInEndsAtTheNextTry(t *testing.T) {
	w := newWorld(t)
	s := w.signIn(w.people.Person("ada@example.org"))
	if err := w.pages.Sessions.Sessions.Update(t.Context(), s.ID, func(s *sessions.Session) error { s.Wrong = 5; return nil }); err != nil {
		t.Fatal(err)
	}
	if got := w.post(w.pages.ChangePassword, url.Values{"current": {userstest.Good}, "password": {better}}); status(got.err) != http.StatusTooManyRequests {
		t.Errorf("got %d, %v", got.status, got.err)
	}
	w.wantSignedIn("afterwards", w.cookies, false)
}

// A password needs an address to sign in with, and an unverified one may belong
// to another person.
func TestWhoseAddressIsNotProvedSetsNoPassword(t *testing.T) {
	w := newWorld(t)
	ada := w.withoutPassword("ada@example.org")
	if err := w.people.Users.Update(t.Context(), ada.ID, func(u *users.User) error { u.EmailKey = ""; return nil }); err != nil {
		t.Fatal(err)
	}
	w.signIn(ada)
	for what, got := range map[string]answer{
		"the form": w.post(w.pages.Password, nil), "a password": w.post(w.pages.ChangePassword, url.Values{"password": {userstest.Good}}),
	} {
		if status(got.err) != http.StatusConflict {
			t.Errorf("%s: got %d to %q, %v", what, got.status, got.to, got.err)
		}
	}
}

func TestNobodyChangesWhatSignsSomebodyElseIn(t *testing.T) {
	w := newWorld(t)
	ada, bob := w.people.Person("ada@example.org"), w.people.Person("bob@example.org")
	if err := w.identities.Insert(t.Context(), linking.Identity{ID: "bobs", UserID: bob.ID, LoginKey: "company", Subject: "2"}); err != nil {
		t.Fatal(err)
	}
	made := linking.LinkEvent{ID: "change", Action: linking.Linked, UserID: bob.ID, LoginKey: "company", IdentityID: "bobs", Made: w.people.Now(), Expires: w.people.Now().Add(time.Hour)}
	if err := w.records.Insert(t.Context(), made); err != nil {
		t.Fatal(err)
	}
	w.signIn(ada)
	if got := w.post(w.pages.Disconnect, url.Values{"identity": {"bobs"}}); got.to != connections || got.err != nil {
		t.Errorf("disconnect: got %d to %q, %v", got.status, got.to, got.err)
	}
	if got := w.post(w.pages.UndoChange, url.Values{"record": {"change"}}); status(got.err) != http.StatusGone {
		t.Errorf("take back: got %d to %q, %v", got.status, got.to, got.err)
	}
	if _, err := w.identities.Get(t.Context(), "bobs"); err != nil {
		t.Errorf("what signs bob in: %v", err)
	}
	if r, err := w.records.Get(t.Context(), "change"); err != nil || !r.Undone.IsZero() {
		t.Errorf("the change of his: undone at %v, %v", r.Undone, err)
	}
}

// The only way in stays.
func TestTheLastWayInIsNotDisconnected(t *testing.T) {
	w := newWorld(t)
	ada := w.withoutPassword("ada@example.org")
	if err := w.identities.Insert(t.Context(), linking.Identity{ID: "hers", UserID: ada.ID, LoginKey: "company", Subject: "1"}); err != nil {
		t.Fatal(err)
	}
	w.signIn(ada)
	if got := w.post(w.pages.Disconnect, url.Values{"identity": {"hers"}}); status(got.err) != http.StatusConflict {
		t.Errorf("got %d to %q, %v", got.status, got.to, got.err)
	}
}

// status is that of the page for an error; 0 if it has no words of its own.
func status(err error) int {
	if p, ok := errors.AsType[*web.ErrorPage](err); ok {
		return p.Status
	}
	return 0
}

func TestWhatStopsAChangeIsSaid(t *testing.T) {
	other := errors.New("the disk is full")
	for _, row := range []struct {
		err         error
		link, email int
	}{
		{linking.ErrLastWayIn, http.StatusConflict, 0},
		{linking.ErrNotYours, http.StatusForbidden, 0},
		{linking.ErrUndone, http.StatusGone, http.StatusGone},
		{linking.ErrUndoLink, 0, http.StatusGone},
		{fs.ErrNotExist, http.StatusGone, http.StatusGone},
		{fs.ErrExist, http.StatusConflict, http.StatusConflict},
		{other, 0, 0},
	} {
		wrapped := fmt.Errorf("undo: %w", row.err)
		if got := linkError(wrapped); status(got) != row.link || row.link == 0 && !errors.Is(got, row.err) {
			t.Errorf("%v, on the page: got %v", row.err, got)
		}
		if got := undoError(wrapped); status(got) != row.email || row.email == 0 && !errors.Is(got, row.err) {
			t.Errorf("%v, by email: got %v", row.err, got)
		}
	}
	err := notYours(sessions.Person{User: users.User{Email: "ada@example.org"}})
	p, ok := errors.AsType[*web.ErrorPage](err)
	if !ok || p.Status != http.StatusGone || !strings.Contains(p.Text.English(), "ada@example.org") || !errors.Is(err, maillinks.ErrLink) {
		t.Errorf("a link for another account: got %+v", p)
	}
}
