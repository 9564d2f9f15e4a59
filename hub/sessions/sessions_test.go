package sessions_test

import (
	"errors"
	"io/fs"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/users"
)

const day = 24 * time.Hour

func TestASessionEndsADayAfterItsLastUse(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	b.signIn(sessions.Start{User: w.person("ada")})
	w.pass(day - time.Second)
	want(t, "just before a day is over", b.who(), "ada")
	w.pass(day - time.Second)
	want(t, "a day after that use, nearly", b.who(), "ada")
	w.pass(day)
	want(t, "a day after", b.who(), "")
}

func TestASessionEndsAfterTwoWeeksHoweverMuchItIsUsed(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	b.signIn(sessions.Start{User: w.person("ada")})
	for range 27 {
		w.pass(day / 2)
		want(t, "in use", b.who(), "ada")
	}
	w.pass(day/2 - time.Second)
	want(t, "just before two weeks are over", b.who(), "ada")
	w.pass(time.Second)
	want(t, "after two weeks", b.who(), "")
}

// An app that refreshes is a use; asking about a session that ended revives none.
func TestAnAppThatRefreshesKeepsASessionAlive(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	s, _ := b.signIn(sessions.Start{User: w.person("ada")})
	for range 3 {
		w.pass(day - time.Second)
		want(t, "there", must[bool](t)(w.IsActive(t.Context(), s.SID)), true)
	}
	want(t, "in the browser", b.who(), "ada")
	w.pass(day)
	want(t, "after a day of quiet", must[bool](t)(w.IsActive(t.Context(), s.SID)), false)
	want(t, "a session nobody had", must[bool](t)(w.IsActive(t.Context(), "made up")), false)
}

// The row of a session may outlive what it stands for: whoever ends everything
// raises the epoch first and deletes rows after, and may stop in between.
func TestARowThatWasLeftSignsNobodyIn(t *testing.T) {
	for name, end := range map[string]func(w *world) error{
		"disabled": func(w *world) error {
			return w.people.Update(w.t.Context(), "ada", func(u *users.User) error { u.Disabled = true; return nil })
		},
		"signed out everywhere": func(w *world) error {
			return w.people.Update(w.t.Context(), "ada", func(u *users.User) error { u.SessionGeneration++; return nil })
		},
		"removed": func(w *world) error { return w.people.Delete(w.t.Context(), "ada") },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			b := w.browser()
			s, _ := b.signIn(sessions.Start{User: w.person("ada")})
			want(t, "before", b.who(), "ada")
			if err := end(w); err != nil {
				t.Fatal(err)
			}
			want(t, "after", b.who(), "")
			if _, err := w.Sessions.Get(t.Context(), s.ID); err != nil {
				t.Fatalf("the row is to be there still: %v", err)
			}
		})
	}
}

// A session that goes on in a new epoch is the one that was renewed.
func TestARenewedSessionGoesOnAlone(t *testing.T) {
	w := newWorld(t)
	ada := w.person("ada")
	here, there := w.browser(), w.browser()
	s, _ := here.signIn(sessions.Start{User: ada})
	there.signIn(sessions.Start{User: ada})
	if err := w.people.Update(t.Context(), "ada", func(u *users.User) error { u.SessionGeneration = 2; return nil }); err != nil {
		t.Fatal(err)
	}
	if err := w.Renew(t.Context(), s, 2); err != nil {
		t.Fatal(err)
	}
	want(t, "here", here.who(), "ada")
	want(t, "there", there.who(), "")
}

// The apps of this browser know the session by its public name. One of the same
// person keeps it, and them, so that signing out reaches those from before too.
func TestSigningInAgainKeepsTheNameAndTheAppsOfTheSession(t *testing.T) {
	w := newWorld(t)
	ada := w.person("ada")
	b := w.browser()
	first, _ := b.signIn(sessions.Start{User: ada})
	if err := w.NoteClient(t.Context(), first, "payroll"); err != nil {
		t.Fatal(err)
	}
	second, replaced := b.signIn(sessions.Start{User: ada})
	if replaced != nil {
		t.Errorf("the person's own session counts as somebody else's: %+v", replaced)
	}
	want(t, "its name", second.SID, first.SID)
	want(t, "its apps", strings.Join(second.Clients, " "), "payroll")
	if first.ID == second.ID {
		t.Error("the cookie is the same: whoever saw it is signed in too")
	}
	if _, err := w.Sessions.Get(t.Context(), first.ID); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the old row: %v", err)
	}
	want(t, "signed in", b.who(), "ada")
}

func TestSomebodyElseInTheSameBrowserGetsNothingOfTheSession(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	first, _ := b.signIn(sessions.Start{User: w.person("ada")})
	if err := w.NoteClient(t.Context(), first, "payroll"); err != nil {
		t.Fatal(err)
	}
	stolen := w.browser()
	for name, c := range b.cookies {
		stolen.cookies[name] = c
	}
	second, replaced := b.signIn(sessions.Start{User: w.person("bob")})
	if replaced == nil || replaced.SID != first.SID || strings.Join(replaced.Clients, " ") != "payroll" {
		t.Errorf("who is to be told of the end: %+v", replaced)
	}
	if second.SID == first.SID || len(second.Clients) != 0 {
		t.Errorf("got %s with apps %v", second.SID, second.Clients)
	}
	want(t, "signed in", b.who(), "bob")
	want(t, "by the cookie from before", stolen.who(), "")
}

func TestTwoSignInsAtOnceInOneBrowserAreTwoSessions(t *testing.T) {
	w := newWorld(t)
	ada := w.person("ada")
	b := w.browser()
	b.signIn(sessions.Start{User: ada})
	var made []sessions.Session
	b.visit(func(rw http.ResponseWriter, first *http.Request) {
		b.visit(func(_ http.ResponseWriter, second *http.Request) {
			for _, r := range []*http.Request{first, second} { // both were sent with the same cookie
				if _, err := w.Held(r); err != nil {
					t.Fatal(err)
				}
			}
			for _, r := range []*http.Request{first, second} {
				s, _, err := w.Start(rw, r, sessions.Start{User: ada})
				if err != nil {
					t.Fatal(err)
				}
				made = append(made, s)
			}
		})
	})
	if made[0].SID == made[1].SID || made[0].ID == made[1].ID {
		t.Error("they share a name or a cookie")
	}
}

// When somebody signed in is what an upstream says, but not later than now.
func TestNobodySignsInInTheFuture(t *testing.T) {
	w := newWorld(t)
	ada := w.person("ada")
	for said, counts := range map[time.Time]time.Time{
		{}:                     w.time,
		w.time.Add(time.Hour):  w.time,
		w.time.Add(-time.Hour): w.time.Add(-time.Hour),
	} {
		s, _ := w.browser().signIn(sessions.Start{User: ada, AuthTime: said})
		want(t, said.String(), s.AuthTime.Equal(counts), true)
	}
}

// What signs somebody in is changed within five minutes of signing in, and no
// later.
func TestASignInIsFreshForFiveMinutes(t *testing.T) {
	w := newWorld(t)
	s, _ := w.browser().signIn(sessions.Start{User: w.person("ada")})
	want(t, "after five minutes", s.Fresh(w.time.Add(5*time.Minute)), true)
	want(t, "a second later", s.Fresh(w.time.Add(5*time.Minute+time.Second)), false)
}

func TestAnAppIsNotedOnce(t *testing.T) {
	w := newWorld(t)
	s, _ := w.browser().signIn(sessions.Start{User: w.person("ada")})
	for _, id := range []string{"payroll", "wiki", "payroll"} { // s is as it was at first
		if err := w.NoteClient(t.Context(), s, id); err != nil {
			t.Fatal(err)
		}
	}
	s, err := w.One(t.Context(), "ada", s.SID)
	want(t, "apps", strings.Join(s.Clients, " "), "payroll wiki")
	want(t, "error", err, nil)
}

func TestASessionIsFoundByItsOwnerAlone(t *testing.T) {
	w := newWorld(t)
	s, _ := w.browser().signIn(sessions.Start{User: w.person("ada")})
	if _, err := w.One(t.Context(), "bob", s.SID); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("by somebody else: %v", err)
	}
	got, err := w.One(t.Context(), "ada", s.SID)
	want(t, "by its owner", got.ID, s.ID)
	want(t, "error", err, nil)
	all, err := w.ByUser(t.Context(), "bob")
	want(t, "sessions of somebody else", len(all), 0)
	want(t, "error", err, nil)
}

func TestLeavingEndsTheSessionAndTheCookie(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	s, _ := b.signIn(sessions.Start{User: w.person("ada"), LoginKey: "company", UpstreamSub: "1"})
	b.visit(func(rw http.ResponseWriter, _ *http.Request) { w.NoteSignInMethod(rw, "company") })
	copied := w.browser()
	for name, c := range b.cookies {
		copied.cookies[name] = c
	}
	b.visit(func(rw http.ResponseWriter, r *http.Request) {
		if err := w.Leave(rw, r); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Current(r); !errors.Is(err, sessions.ErrNobody) {
			t.Errorf("in the same request: %v", err)
		}
	})
	want(t, "signed in", b.who(), "")
	want(t, "by a copy of the cookie", copied.who(), "")
	if _, there := b.cookies[w.Name]; there {
		t.Error("the cookie is left")
	}
	if _, err := w.Sessions.Get(t.Context(), s.ID); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the row: %v", err)
	}
	b.visit(func(_ http.ResponseWriter, r *http.Request) {
		key, known := w.SignInMethod(r)
		want(t, "nobody is signed in behind their back: the key", key, "")
		want(t, "and that somebody left", known, true)
	})
}

// A browser may call itself anything; that keeps nobody out.
func TestAStrangeBrowserSignsIn(t *testing.T) {
	w := newWorld(t)
	ada := w.person("ada")
	for _, agent := range []string{"", strings.Repeat("x", 299) + "\u00e9", "\xff\xfe", strings.Repeat("\u00e9", 5000)} {
		b := w.browser()
		b.agent = agent
		s, _ := b.signIn(sessions.Start{User: ada})
		want(t, "signed in", b.who(), "ada")
		if len(s.Agent) > 300 || !utf8.ValidString(s.Agent) {
			t.Errorf("%.20q is kept as %.20q", agent, s.Agent)
		}
	}
}
