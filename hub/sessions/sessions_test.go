package sessions_test

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/testkit/sessiontest"
)

const day = 24 * time.Hour

func TestASessionEndsADayAfterItsLastUse(t *testing.T) {
	w := sessiontest.NewWorld(t)
	b := w.NewBrowser()
	b.SignIn(sessions.Start{User: w.Person("ada")})
	w.Pass(day - time.Second)
	sessiontest.Want(t, "just before a day is over", b.Who(), "ada")
	w.Pass(day - time.Second)
	sessiontest.Want(t, "a day after that use, nearly", b.Who(), "ada")
	w.Pass(day)
	sessiontest.Want(t, "a day after", b.Who(), "")
}

func TestASessionEndsAfterTwoWeeksHoweverMuchItIsUsed(t *testing.T) {
	w := sessiontest.NewWorld(t)
	b := w.NewBrowser()
	b.SignIn(sessions.Start{User: w.Person("ada")})
	for range 27 {
		w.Pass(day / 2)
		sessiontest.Want(t, "in use", b.Who(), "ada")
	}
	w.Pass(day/2 - time.Second)
	sessiontest.Want(t, "just before two weeks are over", b.Who(), "ada")
	w.Pass(time.Second)
	sessiontest.Want(t, "after two weeks", b.Who(), "")
}

// An app that refreshes is a use; asking about a session that ended revives none.
func TestAnAppThatRefreshesKeepsASessionAlive(t *testing.T) {
	w := sessiontest.NewWorld(t)
	b := w.NewBrowser()
	s, _ := b.SignIn(sessions.Start{User: w.Person("ada")})
	for range 3 {
		w.Pass(day - time.Second)
		sessiontest.Want(t, "there", sessiontest.Must[bool](t)(w.IsActive(t.Context(), s.SID)), true)
	}
	sessiontest.Want(t, "in the browser", b.Who(), "ada")
	w.Pass(day)
	sessiontest.Want(t, "after a day of quiet", sessiontest.Must[bool](t)(w.IsActive(t.Context(), s.SID)), false)
	sessiontest.Want(t, "a session nobody had", sessiontest.Must[bool](t)(w.IsActive(t.Context(), "made up")), false)
}

// A record of a session can outlive the session: ending all sessions raises the
// generation first and deletes the records afterwards, and may be interrupted in
// between.
func TestARowThatWasLeftSignsNobodyIn(t *testing.T) {
	for name, end := range map[string]func(w *sessiontest.World) error{
		"disabled": func(w *sessiontest.World) error {
			return w.People.Update(w.T.Context(), "ada", func(u *users.User) error { u.Disabled = true; return nil })
		},
		"signed out everywhere": func(w *sessiontest.World) error {
			return w.People.Update(w.T.Context(), "ada", func(u *users.User) error { u.SessionGeneration++; return nil })
		},
		"removed": func(w *sessiontest.World) error { return w.People.Delete(w.T.Context(), "ada") },
	} {
		t.Run(name, func(t *testing.T) {
			w := sessiontest.NewWorld(t)
			b := w.NewBrowser()
			s, _ := b.SignIn(sessions.Start{User: w.Person("ada")})
			sessiontest.Want(t, "before", b.Who(), "ada")
			if err := end(w); err != nil {
				t.Fatal(err)
			}
			sessiontest.Want(t, "after", b.Who(), "")
			if _, err := w.Sessions.Get(t.Context(), s.ID); err != nil {
				t.Fatalf("the row is to be there still: %v", err)
			}
		})
	}
}

// A session that continues with a new generation is the renewed one.
func TestARenewedSessionGoesOnAlone(t *testing.T) {
	w := sessiontest.NewWorld(t)
	ada := w.Person("ada")
	here, there := w.NewBrowser(), w.NewBrowser()
	s, _ := here.SignIn(sessions.Start{User: ada})
	there.SignIn(sessions.Start{User: ada})
	if err := w.People.Update(t.Context(), "ada", func(u *users.User) error { u.SessionGeneration = 2; return nil }); err != nil {
		t.Fatal(err)
	}
	if err := w.Renew(t.Context(), s, 2); err != nil {
		t.Fatal(err)
	}
	sessiontest.Want(t, "here", here.Who(), "ada")
	sessiontest.Want(t, "there", there.Who(), "")
}

// The apps of this browser know the session by its public name. One of the same
// person keeps it, and them, so that signing out reaches those from before too.
func TestSigningInAgainKeepsTheNameAndTheAppsOfTheSession(t *testing.T) {
	w := sessiontest.NewWorld(t)
	ada := w.Person("ada")
	b := w.NewBrowser()
	first, _ := b.SignIn(sessions.Start{User: ada})
	if err := w.NoteClient(t.Context(), first, "payroll"); err != nil {
		t.Fatal(err)
	}
	second, over := b.SignIn(sessions.Start{User: ada})
	if len(over) > 0 {
		t.Errorf("the person's own session counts as somebody else's: %+v", over)
	}
	sessiontest.Want(t, "its name", second.SID, first.SID)
	sessiontest.Want(t, "its apps", strings.Join(second.Clients, " "), "payroll")
	if first.ID == second.ID {
		t.Error("the cookie is the same: whoever saw it is signed in too")
	}
	if _, err := w.Sessions.Get(t.Context(), first.ID); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the old row: %v", err)
	}
	sessiontest.Want(t, "signed in", b.Who(), "ada")
}

func TestSomebodyElseInTheSameBrowserGetsNothingOfTheSession(t *testing.T) {
	w := sessiontest.NewWorld(t)
	b := w.NewBrowser()
	first, _ := b.SignIn(sessions.Start{User: w.Person("ada")})
	if err := w.NoteClient(t.Context(), first, "payroll"); err != nil {
		t.Fatal(err)
	}
	second, over := b.SignIn(sessions.Start{User: w.Person("bob")})
	if len(over) > 0 {
		t.Errorf("an account of the browser ended: %+v", over)
	}
	if second.SID == first.SID || len(second.Clients) != 0 {
		t.Errorf("got %s with apps %v", second.SID, second.Clients)
	}
	sessiontest.Want(t, "signed in", b.Who(), "bob")

	// A session that can be used no more makes room, and its apps must be told.
	if err := w.People.Update(t.Context(), "bob", func(u *users.User) error { u.Disabled = true; return nil }); err != nil {
		t.Fatal(err)
	}
	_, over = b.SignIn(sessions.Start{User: w.Person("eve")})
	sessiontest.Want(t, "who is to be told of the end", sessiontest.Sids(over), second.SID)
}

func TestTwoSignInsAtOnceInOneBrowserAreTwoSessions(t *testing.T) {
	w := sessiontest.NewWorld(t)
	ada := w.Person("ada")
	b := w.NewBrowser()
	b.SignIn(sessions.Start{User: ada})
	var made []sessions.Session
	b.Visit(func(rw http.ResponseWriter, first *http.Request) {
		b.Visit(func(_ http.ResponseWriter, second *http.Request) {
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

// auth_time of a session is the provider's. Without it, or with an impossible
// value, it is unknown.
func TestWhenSomebodySignedInIsNotMadeUp(t *testing.T) {
	w := sessiontest.NewWorld(t)
	ada := w.Person("ada")
	for said, counts := range map[time.Time]time.Time{
		{}:                       {},
		w.Time.Add(time.Minute):  w.Time,
		w.Time.Add(time.Hour):    {},
		w.Time.Add(-time.Hour):   w.Time.Add(-time.Hour),
		w.Time.Add(-time.Minute): w.Time.Add(-time.Minute),
	} {
		s, _ := w.NewBrowser().SignIn(sessions.Start{User: ada, AuthTime: said, LoginKey: "company"})
		sessiontest.Want(t, said.String(), s.AuthTime.Equal(counts), true)
	}
}

// Security-relevant changes need a proof within the last minutes, so they are
// refused if its time is unknown.
func TestASignInIsFreshForMinutes(t *testing.T) {
	w := sessiontest.NewWorld(t)
	ada := w.Person("ada")
	fresh := func(s sessions.Session, after time.Duration) bool {
		w.Pass(after)
		ok, err := w.IsFresh(t.Context(), s)
		return err == nil && ok
	}
	s, _ := w.NewBrowser().SignIn(sessions.ByPassword(ada, w.Time))
	sessiontest.Want(t, "after ten minutes", fresh(s, 10*time.Minute), true)
	sessiontest.Want(t, "a second later", fresh(s, time.Second), false)
	proved, err := w.Service.Service.Proved(t.Context(), s, sessions.ByPassword(ada, w.Now()))
	sessiontest.Want(t, "proved again", err == nil && fresh(proved, 0), true)
	unknown, _ := w.NewBrowser().SignIn(sessions.Start{User: ada, LoginKey: "company"})
	sessiontest.Want(t, "nobody knows", fresh(unknown, 0), false)
	w.Limits = func(context.Context) (sessions.Limits, error) {
		return sessions.Limits{Recent: time.Minute, Administrator: time.Hour}, nil
	}
	sessiontest.Want(t, "as the settings say", fresh(proved, 2*time.Minute), false)
}

func TestASessionOfAnAdministratorEndsSooner(t *testing.T) {
	w := sessiontest.NewWorld(t)
	for name, lasts := range map[string]bool{"ada": false, "bob": true} {
		u := w.Person(name)
		if !lasts {
			if _, err := w.Users.SetRoles(t.Context(), u.ID, []string{users.AdminRole}); err != nil {
				t.Fatal(err)
			}
		}
		b := w.NewBrowser()
		b.SignIn(sessions.ByPassword(u, w.Time))
		sessiontest.Want(t, name+" at first", b.Who(), u.ID)
		w.Pass(12*time.Hour - time.Second)
		sessiontest.Want(t, name+" before twelve hours", b.Who(), u.ID)
		w.Pass(time.Second)
		sessiontest.Want(t, name+" after twelve hours", b.Who() == u.ID, lasts)
	}
}

func TestAnAppIsNotedOnce(t *testing.T) {
	w := sessiontest.NewWorld(t)
	s, _ := w.NewBrowser().SignIn(sessions.Start{User: w.Person("ada")})
	for _, id := range []string{"payroll", "wiki", "payroll"} { // s is as it was at first
		if err := w.NoteClient(t.Context(), s, id); err != nil {
			t.Fatal(err)
		}
	}
	s, err := w.One(t.Context(), "ada", s.SID)
	sessiontest.Want(t, "apps", strings.Join(s.Clients, " "), "payroll wiki")
	sessiontest.Want(t, "error", err, nil)
}

func TestASessionIsFoundByItsOwnerAlone(t *testing.T) {
	w := sessiontest.NewWorld(t)
	s, _ := w.NewBrowser().SignIn(sessions.Start{User: w.Person("ada")})
	if _, err := w.One(t.Context(), "bob", s.SID); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("by somebody else: %v", err)
	}
	got, err := w.One(t.Context(), "ada", s.SID)
	sessiontest.Want(t, "by its owner", got.ID, s.ID)
	sessiontest.Want(t, "error", err, nil)
	all, err := store.Collect(w.EachOf(t.Context(), "bob"), 0)
	sessiontest.Want(t, "sessions of somebody else", len(all), 0)
	sessiontest.Want(t, "error", err, nil)
}

func TestLeavingEndsTheSessionAndTheCookie(t *testing.T) {
	w := sessiontest.NewWorld(t)
	b := w.NewBrowser()
	s, _ := b.SignIn(sessions.Start{User: w.Person("ada"), LoginKey: "company", UpstreamSub: "1"})
	b.Visit(func(rw http.ResponseWriter, _ *http.Request) { w.NoteSignInMethod(rw, "company") })
	copied := w.NewBrowser()
	for name, c := range b.Cookies {
		copied.Cookies[name] = c
	}
	b.Visit(func(rw http.ResponseWriter, r *http.Request) {
		if err := w.Leave(rw, r); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Current(r); !errors.Is(err, sessions.ErrNobody) {
			t.Errorf("in the same request: %v", err)
		}
	})
	sessiontest.Want(t, "signed in", b.Who(), "")
	sessiontest.Want(t, "by a copy of the cookie", copied.Who(), "")
	if _, there := b.Cookies[w.Name]; there {
		t.Error("the cookie is left")
	}
	if _, err := w.Sessions.Get(t.Context(), s.ID); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the row: %v", err)
	}
	b.Visit(func(_ http.ResponseWriter, r *http.Request) {
		key, known := w.SignInMethod(r)
		sessiontest.Want(t, "nobody is signed in behind their back: the key", key, "")
		sessiontest.Want(t, "and that somebody left", known, true)
	})
}

// A browser may send any User-Agent and can still sign in.
func TestAStrangeBrowserSignsIn(t *testing.T) {
	w := sessiontest.NewWorld(t)
	ada := w.Person("ada")
	for _, agent := range []string{"", strings.Repeat("x", 299) + "\u00e9", "\xff\xfe", strings.Repeat("\u00e9", 5000)} {
		b := w.NewBrowser()
		b.Agent = agent
		s, _ := b.SignIn(sessions.Start{User: ada})
		sessiontest.Want(t, "signed in", b.Who(), "ada")
		if len(s.Agent) > 300 || !utf8.ValidString(s.Agent) {
			t.Errorf("%.20q is kept as %.20q", agent, s.Agent)
		}
	}
}
