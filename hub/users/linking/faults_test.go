package linking_test

import (
	"errors"
	"testing"

	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/internal/testkit/userstest"
)

// failAt makes the n-th call from now on fail, and no later one.
func (w *world) failAt(n int) (failed func() bool) {
	asked := 0
	w.Memory.Before = func(string, string, string) error {
		if asked++; asked == n {
			return errCrash
		}
		return nil
	}
	return func() bool { w.Memory.Before = nil; return asked >= n }
}

// state is what a story is about: one person, and who signs in as them.
type state struct {
	linked, standing   int // identities, and changes on record that were not undone
	hr, verified, open bool
	ended              bool
}

func (w *world) state(t *testing.T, before users.User) state {
	t.Helper()
	u := must[users.User](t)(w.Get(t.Context(), before.ID))
	s := state{linked: len(must[[]linking.Identity](t)(w.ByUser(t.Context(), u.ID))), hr: u.Has("hr"), verified: u.EmailVerified,
		open: u.Password != "", ended: u.SessionGeneration > before.SessionGeneration}
	for _, r := range must[[]linking.LinkEvent](t)(w.Records(t.Context(), u.ID)) {
		if r.Standing() {
			s.standing++
		}
	}
	return s
}

// If a database call fails, the caller gets an error or the operation is done,
// and repeating the operation completes it. In between, no access exists without
// an event.
func TestWhatFailedHalfWayIsDoneWhenAskedAgain(t *testing.T) {
	p := trusted()
	p.RoleMap = map[string]string{"HR": "hr"}
	claim := google("1", "ada@gmail.example")
	claim.Roles = []string{"HR"}
	matched := func(w *world) error { _, err := w.Match(w.T.Context(), claim, p); return err }
	undo := func(w *world, r linking.LinkEvent) error {
		_, _, err := w.Undo(w.T.Context(), r.ID, "root")
		if errors.Is(err, linking.ErrUndone) {
			return nil
		}
		return err
	}
	move := func(w *world) error {
		_, _, err := w.Move(w.T.Context(), linking.Move{KeyID: "google", From: claim.Issuer, To: "https://moved.example", By: "root", Batch: "0"})
		return err
	}
	newest := func(w *world, u users.User) linking.LinkEvent {
		return must[[]linking.LinkEvent](w.T)(w.Records(w.T.Context(), u.ID))[0]
	}
	for _, tt := range []struct {
		name  string
		story func(w *world, ada users.User) (act func() error)
		want  state
	}{
		{"a link to the own account", func(w *world, ada users.User) func() error {
			return func() error { _, err := w.Link(w.T.Context(), ada, claim, p); return err }
		}, state{linked: 1, standing: 1, hr: true, verified: true, open: true}},
		{"a link by the address", func(w *world, _ users.User) func() error {
			return func() error { return matched(w) }
		}, state{linked: 1, standing: 1, hr: true, verified: true, open: true}},
		{"an account that is emptied", func(w *world, ada users.User) func() error {
			must[users.User](w.T)(w.SetEmail(w.T.Context(), ada.ID, ada.Email, false))
			evil := linking.Claim{Key: "evil", Issuer: "https://evil.example", Subject: "eve"}
			must[linking.Decision](w.T)(w.Link(w.T.Context(), ada, evil, linking.Policy{KeyID: "evil", Enabled: true}))
			return func() error { return matched(w) }
		}, state{linked: 1, standing: 2, hr: true, verified: true, ended: true}},
		{"a sign-in", func(w *world, ada users.User) func() error {
			must[linking.Decision](w.T)(w.Link(w.T.Context(), ada, google("1", ""), p))
			return func() error { return matched(w) }
		}, state{linked: 1, standing: 1, hr: true, verified: true, open: true}},
		{"a removal", func(w *world, ada users.User) func() error {
			must[linking.Decision](w.T)(w.Link(w.T.Context(), ada, claim, p))
			return func() error {
				_, err := w.Unlink(w.T.Context(), ada.ID, linking.IdentityID(claim), ada.ID)
				return err
			}
		}, state{standing: 2, verified: true, open: true, ended: true}},
		{"a link that is undone", func(w *world, ada users.User) func() error {
			must[linking.Decision](w.T)(w.Link(w.T.Context(), ada, claim, p))
			r := newest(w, ada)
			return func() error { return undo(w, r) }
		}, state{verified: true, open: true, ended: true}},
		{"a removal that is undone", func(w *world, ada users.User) func() error {
			must[linking.Decision](w.T)(w.Link(w.T.Context(), ada, claim, p))
			must[users.User](w.T)(w.Unlink(w.T.Context(), ada.ID, linking.IdentityID(claim), ada.ID))
			r := newest(w, ada)
			return func() error { return undo(w, r) }
		}, state{linked: 1, standing: 1, verified: true, open: true, ended: true}},
		{"a move to another issuer", func(w *world, ada users.User) func() error {
			must[linking.Decision](w.T)(w.Link(w.T.Context(), ada, claim, p))
			return func() error { return move(w) }
		}, state{linked: 1, standing: 2, hr: true, verified: true, open: true}},
		{"a move that is undone", func(w *world, ada users.User) func() error {
			must[linking.Decision](w.T)(w.Link(w.T.Context(), ada, claim, p))
			if err := move(w); err != nil {
				w.T.Fatal(err)
			}
			r := newest(w, ada)
			return func() error { return undo(w, r) }
		}, state{linked: 1, standing: 1, hr: true, verified: true, open: true, ended: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for n := 1; ; n++ {
				w := newWorld(t)
				ada := w.Person("ada@gmail.example")
				act := tt.story(w, ada)
				failed := w.failAt(n)
				err := act()
				if !failed() {
					if n == 1 || err != nil {
						t.Fatalf("nothing failed, and it ended with %v", err)
					}
					return
				}
				if err == nil && w.state(t, ada) != tt.want {
					t.Errorf("step %d failed, and nobody was told: %+v", n, w.state(t, ada))
				}
				if s := w.state(t, ada); tt.want.linked == 1 && s.linked == 1 && s.standing == 0 {
					t.Errorf("step %d failed: a link that is not on record", n)
				}
				if err != nil {
					err = act()
				}
				if got := w.state(t, ada); err != nil || got != tt.want {
					t.Errorf("step %d failed, and asked again: %v, %+v, want %+v", n, err, got, tt.want)
				}
			}
		})
	}
}

// A first arrival that was cut off anywhere is one person in the end.
func TestAFirstArrivalThatWasCutOffIsOnePersonInTheEnd(t *testing.T) {
	for n := 1; ; n++ {
		w := newWorld(t)
		w.Guest("ada@gmail.example", "editors")
		failed := w.failAt(n)
		d, err := w.Match(t.Context(), google("1", "ada@gmail.example"), trusted())
		if !failed() {
			if n == 1 || err != nil {
				t.Fatalf("nothing failed, and it ended with %v", err)
			}
			return
		}
		if err != nil {
			d = w.match(google("1", "ada@gmail.example"), trusted())
		}
		u := must[users.User](t)(w.ByEmail(t.Context(), "ada@gmail.example"))
		if count := must[int](t)(w.Count(t.Context(), 10)); count != 1 || d.User.ID != u.ID || !u.Has("editors") {
			t.Errorf("step %d failed: %d people, signed in %s, %+v", n, count, d.User.ID, u)
		}
		wants(t, w.match(google("1", "ada@gmail.example"), trusted()), "D1", linking.SignIn)
	}
}

// A failed lookup does not count as free, allowed or missing.
func TestWhatCannotBeReadDecidesNothing(t *testing.T) {
	ask := map[string]func(w *world, ada users.User) error{
		"would": func(w *world, ada users.User) error {
			_, _, err := w.Would(w.T.Context(), google("1", "ada@gmail.example"), trusted())
			return err
		},
		"proves": func(w *world, _ users.User) error {
			_, err := w.Proves(w.T.Context(), google("linked", ""), trusted())
			return err
		},
		"linked": func(w *world, _ users.User) error {
			_, err := w.Linked(w.T.Context(), google("linked", ""))
			return err
		},
		"undo email": func(w *world, _ users.User) error {
			_, err := w.ByUndoToken(w.T.Context(), undoToken(w.T, w.post.All()[0]))
			return err
		},
		"review": func(w *world, ada users.User) error {
			_, err := w.Review(w.T.Context(), ada.ID, google("linked", ""), trusted())
			return err
		},
		"import": func(w *world, _ users.User) error {
			_, err := w.LinkImported(w.T.Context(), importedSubject, google("new", ""))
			return err
		},
	}
	for name, act := range ask {
		t.Run(name, func(t *testing.T) {
			for n := 1; ; n++ {
				w := newWorld(t)
				ada := w.Person("ada@gmail.example")
				must[linking.Decision](t)(w.Link(t.Context(), ada, google("linked", ""), trusted()))
				must[users.User](t)(w.AddImported(t.Context(), adaElsewhere))
				failed := w.failAt(n)
				err := act(w, ada)
				if !failed() {
					if n == 1 || err != nil {
						t.Fatalf("nothing failed, and it ended with %v", err)
					}
					return
				}
				if !errors.Is(err, errCrash) {
					t.Errorf("step %d failed: got %v", n, err)
				}
			}
		})
	}
}

// An account's data in other packages is deleted before the new owner gets it; if
// that fails, the owner does not get it.
func TestAnAccountThatCannotBeEmptiedIsNotGivenAway(t *testing.T) {
	w := newWorld(t)
	must[users.User](t)(w.Add(t.Context(), users.NewUser{Email: "victim@gmail.example", Password: userstest.Good}))
	w.stuck = errCrash
	if _, err := w.Match(t.Context(), google("1", "victim@gmail.example"), trusted()); !errors.Is(err, errCrash) {
		t.Errorf("got %v", err)
	}
	u := must[users.User](t)(w.ByEmail(t.Context(), "victim@gmail.example"))
	if n := len(must[[]linking.Identity](t)(w.ByUser(t.Context(), u.ID))); n != 0 || u.EmailVerified {
		t.Errorf("%d identities, verified %v", n, u.EmailVerified)
	}
}
