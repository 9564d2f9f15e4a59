package linking_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/hub/users/listing"
	"github.com/fedhub/fedhub/internal/testkit/userstest"
)

func TestUnlinkEndsWhatCameInThatWay(t *testing.T) {
	w := newWorld(t)
	ada, eve := w.Person("ada@example.org"), w.Person("eve@example.org")
	p := trusted()
	p.RoleMap = map[string]string{"HR": "hr"}
	c := google("1", "")
	c.Roles = []string{"HR"}
	wants(t, must[linking.Decision](t)(w.Link(t.Context(), ada, c, p)), "D2", linking.Link)
	id := must[[]linking.Identity](t)(w.ByUser(t.Context(), ada.ID))[0].ID

	if _, err := w.Unlink(t.Context(), eve.ID, id, eve.ID); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("somebody else's: got %v", err)
	}
	after := must[users.User](t)(w.Unlink(t.Context(), ada.ID, id, ada.ID))
	if after.SessionGeneration != ada.SessionGeneration+1 || after.Has("hr") {
		t.Errorf("got %+v", after)
	}
	p.SignUps = linking.SignUpDeny
	wants(t, w.match(c, p), "D3", linking.Refuse)
	if _, err := w.Unlink(t.Context(), ada.ID, id, ada.ID); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("twice: got %v", err)
	}
}

func TestTheLastWayInStays(t *testing.T) {
	onEachEngine(t, func(t *testing.T, w *world) {
		ada := w.match(google("1", "ada@gmail.example"), trusted()).User
		first := must[[]linking.Identity](t)(w.ByUser(t.Context(), ada.ID))[0].ID
		if _, err := w.Unlink(t.Context(), ada.ID, first, ada.ID); !errors.Is(err, linking.ErrLastWayIn) {
			t.Errorf("got %v, want %v", err, linking.ErrLastWayIn)
		}
		must[linking.Decision](t)(w.Link(t.Context(), ada, google("2", ""), trusted()))
		both := must[[]linking.Identity](t)(w.ByUser(t.Context(), ada.ID))
		userstest.Race(2, func(i int) error { _, err := w.Unlink(t.Context(), ada.ID, both[i].ID, ada.ID); return err })
		if n := len(must[[]linking.Identity](t)(w.ByUser(t.Context(), ada.ID))); n == 0 {
			t.Error("two removals at once left no way in")
		}
	})
}

func TestIdentityIDsSayNothingOfThePerson(t *testing.T) {
	a := linking.IdentityID(linking.Claim{Key: "google", Issuer: "https://a.example", Subject: "ada/../eve"})
	if !strings.HasPrefix(a, "google/") || strings.Count(a, "/") != 2 || strings.Contains(a, "ada") {
		t.Errorf("got %s", a)
	}
	if b := linking.IdentityID(linking.Claim{Key: "google", Issuer: "https://a.example", Subject: "ADA/../eve"}); a == b {
		t.Error("subjects that differ in case are one")
	}
}

// One rule counts the remaining sign-in methods: a passkey is one, and the last
// one cannot be removed.
func TestAPasskeyIsAWayIn(t *testing.T) {
	w := newWorld(t)
	ada := w.match(google("1", "ada@gmail.example"), trusted()).User
	first := must[[]linking.Identity](t)(w.ByUser(t.Context(), ada.ID))[0].ID
	w.passkey = "one"
	if err := w.WayInBeside(t.Context(), ada.ID, "one"); err != nil {
		t.Errorf("the passkey goes, and the identity stays: %v", err)
	}
	must[users.User](t)(w.Unlink(t.Context(), ada.ID, first, ada.ID))
	if err := w.WayInBeside(t.Context(), ada.ID, "one"); !errors.Is(err, linking.ErrLastWayIn) {
		t.Errorf("the last one: %v", err)
	}
}

// An administrator finds a user by the provider's complete ID, not by a part of
// it.
func TestSomebodyIsFoundByTheSubjectOfTheirUpstream(t *testing.T) {
	onEachEngine(t, func(t *testing.T, w *world) {
		ada := w.match(google("10769150350006150715", "ada@gmail.example"), trusted()).User
		w.match(google("2", "bob@gmail.example"), trusted())
		for text, want := range map[string]int{"10769150350006150715": 1, "1076915035": 0} {
			found, _, err := (&listing.Service{Users: w.Service, BySubject: w.UsersBySubject}).Search(t.Context(), text, "", 10)
			if err != nil || len(found) != want || want == 1 && found[0].ID != ada.ID {
				t.Errorf("%s: got %+v, %v", text, found, err)
			}
		}
	})
}

// Without a password, one of two identities may be removed. An imported identity
// does not count as a sign-in method until it has signed in.
func TestWhatHasNeverSignedInIsNoWayIn(t *testing.T) {
	w := newWorld(t)
	ada := must[users.User](t)(w.AddImported(t.Context(), adaElsewhere))
	other := linking.Claim{Key: "github", Issuer: "https://github.example", Subject: "1"}
	must[bool](t)(w.LinkImported(t.Context(), ada.ID, google("1", "")))
	must[linking.Decision](t)(w.Link(t.Context(), ada, other, linking.Policy{KeyID: "github", Enabled: true}))
	if _, err := w.Unlink(t.Context(), ada.ID, linking.IdentityID(other), ada.ID); !errors.Is(err, linking.ErrLastWayIn) {
		t.Errorf("got %v", err)
	}
	wants(t, w.match(google("1", "ada@example.org"), trusted()), "D1", linking.SignIn)
	if _, err := w.Unlink(t.Context(), ada.ID, linking.IdentityID(other), ada.ID); err != nil {
		t.Errorf("after it signed in: %v", err)
	}
}
