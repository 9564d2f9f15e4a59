package linking_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
)

// A sub of a former issuer matches no user until there is a decision. A moved
// link can be undone at its current issuer.
func TestASubIsKnownByTheIssuerOfItsTime(t *testing.T) {
	onEachEngine(t, func(t *testing.T, w *world) {
		ada := w.Person("ada@gmail.example")
		old := google("1", "ada@gmail.example")
		made := w.match(old, trusted())
		moved := old
		moved.Issuer = "https://moved.example"
		wants(t, w.match(moved, trusted()), "D15", linking.Refuse)
		stranger := google("2", "bob@gmail.example")
		stranger.Issuer = moved.Issuer
		wants(t, w.match(stranger, trusted()), "D5", linking.Create)

		left := trusted()
		left.Decided = []string{old.Issuer}
		if d, _, err := w.Would(t.Context(), moved, left); err != nil || d.Row != "D10" {
			t.Errorf("who stayed behind a move is decided by %s, %v; want: they connect it themselves", d.Row, err)
		}
		left.Left = left.Decided
		wants(t, w.match(google("1", "ada@gmail.example"), left), "D1", linking.SignIn)
		if d, _, err := w.Would(t.Context(), moved, left); err != nil || d.Row != "D8" {
			t.Errorf("who is left at the former issuer is decided by %s, %v; want by the address", d.Row, err)
		}

		n, stay, err := w.Move(t.Context(), linking.Move{KeyID: "google", From: old.Issuer, To: moved.Issuer, By: "root", Batch: "0"})
		if err != nil || n != 1 || stay != 0 {
			t.Fatalf("moved %d, %d stay, %v", n, stay, err)
		}
		wants(t, w.match(moved, trusted()), "D1", linking.SignIn)
		if _, _, err := w.Undo(t.Context(), made.Record, ada.ID); err != nil {
			t.Fatal(err)
		}
		if linked := must[[]linking.Identity](t)(w.ByUser(t.Context(), ada.ID)); len(linked) != 0 {
			t.Errorf("the link that was undone is there still, under the other issuer: %+v", linked)
		}
	})
}

func TestAnAdministratorsMoveIsNotThePersonsToUndo(t *testing.T) {
	w := newWorld(t)
	ada := w.Person("ada@gmail.example")
	w.match(google("1", "ada@gmail.example"), trusted())
	if _, _, err := w.Move(t.Context(), linking.Move{KeyID: "google", From: "https://accounts.example", To: "https://moved.example", By: "root", Batch: "0"}); err != nil {
		t.Fatal(err)
	}
	batch := must[[]linking.LinkEvent](t)(w.Batch(t.Context(), "0"))
	if len(batch) != 1 || batch[0].Action != linking.Moved {
		t.Fatalf("got %+v", batch)
	}
	if _, _, err := w.Undo(t.Context(), batch[0].ID, ada.ID); !errors.Is(err, linking.ErrNotYours) {
		t.Errorf("got %v", err)
	}
}

// Before the decision, a signed-in user can link only their own sub.
func TestASubOfAFormerIssuerIsConnectedByItsOwnerAlone(t *testing.T) {
	w := newWorld(t)
	ada, eve := w.Person("ada@gmail.example"), w.Person("eve@gmail.example")
	w.match(google("1", "ada@gmail.example"), trusted())
	moved := google("1", "eve@gmail.example")
	moved.Issuer = "https://moved.example"
	wants(t, must[linking.Decision](t)(w.Link(t.Context(), eve, moved, trusted())), "D15", linking.Refuse)
	ada = must[users.User](t)(w.Get(t.Context(), ada.ID))
	wants(t, must[linking.Decision](t)(w.Link(t.Context(), ada, moved, trusted())), "D2", linking.Link)
}

// A link in advance may have the issuer without its trailing slash. That is no
// former issuer.
func TestAnotherSpellingOfTheIssuerIsNoFormerOne(t *testing.T) {
	w := newWorld(t)
	carl := w.Person("carl@gmail.example")
	must[linking.Decision](t)(w.Provision(t.Context(), carl, google("1", ""), trusted(), "root"))
	slash := google("1", "bob@gmail.example")
	slash.Issuer += "/"
	wants(t, w.match(slash, trusted()), "D5", linking.Create)
	elsewhere := google("1", "eve@gmail.example")
	elsewhere.Issuer = "https://moved.example"
	wants(t, w.match(elsewhere, trusted()), "D15", linking.Refuse)
}

// Undo deletes everything that the other issuer reported.
func TestAMoveThatIsUndoneLeavesNothingOfTheOtherIssuer(t *testing.T) {
	onEachEngine(t, func(t *testing.T, w *world) {
		w.Person("root@gmail.example", users.AdminRole) // or ada would be the last one, and stays
		ada, p := w.Person("ada@gmail.example", "cook"), trusted()
		p.RoleMap = map[string]string{"HR": "hr", "Boss": users.AdminRole, "IT": "it"}
		claim := google("1", "ada@gmail.example")
		claim.Roles = []string{"HR", "IT"}
		w.match(claim, p)
		before := must[[]linking.Identity](t)(w.ByUser(t.Context(), ada.ID))[0]
		if _, _, err := w.Move(t.Context(), linking.Move{KeyID: "google", From: claim.Issuer, To: "https://moved.example", By: "root", Batch: "0"}); err != nil {
			t.Fatal(err)
		}
		w.Pass(time.Hour)
		claim.Issuer, claim.Email, claim.Roles = "https://moved.example", "eve@gmail.example", []string{"Boss", "IT"}
		wants(t, w.match(claim, p), "D1", linking.SignIn)
		if u := must[users.User](t)(w.Get(t.Context(), ada.ID)); !u.Admin() || u.Has("hr") {
			t.Fatalf("the other issuer gives %v", u.Roles)
		}
		batch := must[[]linking.LinkEvent](t)(w.Batch(t.Context(), "0"))
		if _, _, err := w.Undo(t.Context(), batch[0].ID, "root"); err != nil {
			t.Fatal(err)
		}
		if u := must[users.User](t)(w.Get(t.Context(), ada.ID)); u.Admin() || !u.Has("cook") || !u.Has("it") {
			t.Errorf("undone, she is %v", u.Roles)
		}
		now := must[[]linking.Identity](t)(w.ByUser(t.Context(), ada.ID))
		if len(now) != 1 || now[0].ID != before.ID || now[0].Email != before.Email || !now[0].RolesConfirmed.Equal(before.RolesConfirmed) || strings.Join(now[0].Roles, " ") != "it" {
			t.Errorf("undone, it is %+v; was %+v", now, before)
		}
	})
}

// If an undo fails half-way and is repeated, the roles that both issuers gave
// stay.
func TestAnUndoOfAMoveThatFailedKeepsTheRolesOfBefore(t *testing.T) {
	for n := 1; ; n++ {
		w := newWorld(t)
		w.Person("root@gmail.example", users.AdminRole)
		ada, p := w.Person("ada@gmail.example"), trusted()
		p.RoleMap = map[string]string{"Boss": "boss", "IT": "it"}
		claim := google("1", "ada@gmail.example")
		claim.Roles = []string{"IT"}
		w.match(claim, p)
		if _, _, err := w.Move(t.Context(), linking.Move{KeyID: "google", From: claim.Issuer, To: "https://moved.example", By: "root", Batch: "0"}); err != nil {
			t.Fatal(err)
		}
		claim.Issuer, claim.Roles = "https://moved.example", []string{"Boss", "IT"}
		w.match(claim, p)
		record := must[[]linking.LinkEvent](t)(w.Batch(t.Context(), "0"))[0].ID
		failed := w.failAt(n)
		_, _, err := w.Undo(t.Context(), record, "root")
		if !failed() {
			if n == 1 || err != nil {
				t.Fatalf("nothing failed, and it ended with %v", err)
			}
			return
		}
		for _, i := range must[[]linking.Identity](t)(w.ByUser(t.Context(), ada.ID)) {
			if got := strings.Join(i.Roles, " "); got != "it" && (i.Issuer != claim.Issuer || got != "boss it") {
				t.Errorf("step %d failed, and at %s the roles are %q", n, i.Issuer, i.Roles)
			}
		}
		if err != nil {
			_, _, err = w.Undo(t.Context(), record, "root")
		}
		u, now := must[users.User](t)(w.Get(t.Context(), ada.ID)), must[[]linking.Identity](t)(w.ByUser(t.Context(), ada.ID))
		if err != nil && !errors.Is(err, linking.ErrUndone) || u.Has("boss") || !u.Has("it") || len(now) != 1 || strings.Join(now[0].Roles, " ") != "it" {
			t.Errorf("step %d failed, and asked again: %v; she is %v by %+v", n, err, u.Roles, now)
		}
	}
}

func TestAdministratorsStayBehindWhereNothingShowsWhoIsThere(t *testing.T) {
	w := newWorld(t)
	root, ada := w.Person("root@gmail.example", users.AdminRole), w.Person("ada@gmail.example")
	for who, sub := range map[string]string{root.ID: "1", ada.ID: "2"} {
		u := must[users.User](t)(w.Get(t.Context(), who))
		must[linking.Decision](t)(w.Link(t.Context(), u, google(sub, ""), trusted()))
	}
	_, privileged, err := w.OfIssuers(t.Context(), "google")
	if err != nil || privileged["https://accounts.example"] != 1 {
		t.Errorf("got %v, %v", privileged, err)
	}
	n, stay, err := w.Move(t.Context(), linking.Move{KeyID: "google", From: "https://accounts.example", To: "https://moved.example", By: "root", Batch: "0", Careful: true})
	if err != nil || n != 1 || stay != 1 {
		t.Fatalf("moved %d, %d stay, %v", n, stay, err)
	}
	left := trusted()
	left.Decided = []string{"https://accounts.example"}
	claim := google("1", "root@gmail.example")
	claim.Issuer = "https://moved.example"
	wants(t, w.match(claim, left), "D9", linking.Refuse)
}
