package sessions_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/testkit/sessiontest"
)

// endAll ends every session that there is, as another process does.
func endAll(w *sessiontest.World) {
	for s, err := range w.Behind.EachWhere(w.T.Context(), "loginKey", "company") {
		if err == nil {
			err = w.Behind.Delete(w.T.Context(), s.ID)
		}
		if err != nil {
			w.T.Fatal(err)
		}
	}
}

// Ending sessions finds the old or the new session; either ends both.
func TestNothingGoesOnFromASessionThatIsEndedInThatMoment(t *testing.T) {
	for _, call := range []string{"Insert", "Delete", "Replace"} {
		w := sessiontest.NewWorld(t)
		ada := w.Person("ada")
		b := w.NewBrowser()
		s, _ := b.SignIn(sessions.Start{User: ada, LoginKey: "company", UpstreamSub: "1"})
		b.Visit(func(rw http.ResponseWriter, r *http.Request) {
			if _, err := w.Current(r); err != nil {
				t.Fatal(err)
			}
			w.Before(call, func() { endAll(w) })
			if _, _, err := w.Start(rw, r, s.ProvedBy(ada, w.Time)); !errors.Is(err, sessions.ErrNobody) {
				t.Errorf("ended before %s: got %v, want %v", call, err, sessions.ErrNobody)
			}
		})
		sessiontest.Want(t, "signed in, ended before "+call, b.Who(), "")
		left, err := store.Collect(w.Behind.Each(t.Context(), store.Query{}), 0)
		sessiontest.Want(t, "sessions left, ended before "+call, len(left), 0)
		sessiontest.Want(t, "error", err, nil)
	}
}

// A sign-in of its own needs no session before it.
func TestASignInDoesNotMindThatTheSessionBeforeItEnds(t *testing.T) {
	w := sessiontest.NewWorld(t)
	ada := w.Person("ada")
	b := w.NewBrowser()
	before, _ := b.SignIn(sessions.Start{User: ada, LoginKey: "company", UpstreamSub: "1"})
	b.Visit(func(rw http.ResponseWriter, r *http.Request) {
		if _, err := w.Current(r); err != nil {
			t.Fatal(err)
		}
		w.Before("Delete", func() { endAll(w) })
		s, _, err := w.Start(rw, r, sessions.ByPassword(ada, w.Time))
		if err != nil || s.SID == before.SID {
			t.Errorf("got the name %s of what was ended, %v", s.SID, err)
		}
	})
	sessiontest.Want(t, "signed in", b.Who(), "ada")
}

// The operation after which a session continues ends everything once. If the
// generation rose twice, another operation ended the sessions too, including this
// one.
func TestASessionOutlivesNoOtherEndThanItsOwn(t *testing.T) {
	w := sessiontest.NewWorld(t)
	ada := w.Person("ada")
	b := w.NewBrowser()
	s, _ := b.SignIn(sessions.ByPassword(ada, w.Time))
	raise := func() (u users.User) {
		t.Helper()
		u, err := w.Users.EndEverything(t.Context(), "ada")
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	raise()
	twice := raise()
	if err := w.Renew(t.Context(), s, twice.SessionGeneration); !errors.Is(err, sessions.ErrNobody) {
		t.Errorf("renewed: %v", err)
	}
	b.Visit(func(rw http.ResponseWriter, r *http.Request) {
		if _, _, err := w.Start(rw, r, s.ProvedBy(twice, w.Time)); !errors.Is(err, sessions.ErrNobody) {
			t.Errorf("another one: %v", err)
		}
	})
	sessiontest.Want(t, "signed in", b.Who(), "")
}

// A process may die while it looks at a password, and the end of a session for
// wrong ones may fail half-way.
func TestNoSessionIsShutForItsWrongPasswords(t *testing.T) {
	w := sessiontest.NewWorld(t)
	s, _ := w.NewBrowser().SignIn(sessions.ByPassword(w.Person("ada"), w.Time))
	for range 5 {
		if _, err := w.BeginProof(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	_, err := w.BeginProof(t.Context(), s)
	sessiontest.Want(t, "a sixth at once", err, sessions.ErrProofs)
	w.Pass(time.Minute)
	look, err := w.BeginProof(t.Context(), s)
	sessiontest.Want(t, "when the others are lost", err, nil)
	for n := range 5 {
		over, err := w.WrongProof(t.Context(), s, look)
		sessiontest.Want(t, "the last", over, n == 4)
		sessiontest.Want(t, "error", err, nil)
	}
	_, err = w.BeginProof(t.Context(), s)
	sessiontest.Want(t, "after five wrong ones", err, sessions.ErrGuessed)
}
