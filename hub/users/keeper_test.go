package users_test

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/testkit/userstest"
)

func TestAPersonIsKeptAsGiven(t *testing.T) {
	w := newWorld(t)
	added := must[users.User](t)(w.Add(t.Context(), users.NewUser{
		Email:   " Ada@Example.org ",
		Profile: users.Profile{Name: "Ada\u202e  Lovelace\n", GivenName: "Ada", FamilyName: "Lovelace", Picture: "javascript:alert(1)", Locale: "en_GB"},
		Roles:   []string{"staff", " hr ", "staff"}, Password: userstest.Good,
	}))
	got := must[users.User](t)(w.ByEmail(t.Context(), "ADA@example.ORG"))
	if got.ID != added.ID || got.Email != "Ada@Example.org" || got.EmailKey != "ada@example.org" || got.EmailVerified {
		t.Errorf("got %+v", got)
	}
	if got.Name != "Ada Lovelace" || got.Picture != "" || got.Locale != "en-GB" || !slices.Equal(got.Roles, []string{"hr", "staff"}) {
		t.Errorf("got %+v", got)
	}
	if got.SessionGeneration != 1 || got.Admin() || !got.Has("hr") || got.Has("HR") || !got.Created.Equal(w.Now()) {
		t.Errorf("got %+v", got)
	}
	if len(got.ID) != 36 || got.ID[14] != '4' || strings.Contains(got.ID, "love") {
		t.Errorf("id %q is no random UUID", got.ID)
	}
}

func TestAnAddressBelongsToOnePerson(t *testing.T) {
	onEachEngine(t, func(t *testing.T, w *world) {
		added := 0
		for _, err := range userstest.Race(32, func(i int) error {
			_, err := w.Add(t.Context(), users.NewUser{Email: []string{"ada@example.org", "ADA@example.org"}[i%2]})
			return err
		}) {
			if err == nil {
				added++
			} else if !errors.Is(err, fs.ErrExist) {
				t.Errorf("got %v, want %v", err, fs.ErrExist)
			}
		}
		if added != 1 {
			t.Errorf("%d people got the address", added)
		}
	})
}

func TestMistakesAreNamedByField(t *testing.T) {
	w := newWorld(t)
	for _, tt := range []struct {
		fields string
		n      users.NewUser
	}{
		{"email", users.NewUser{Email: "ada"}},
		{"email password", users.NewUser{Email: "", Password: "short"}},
		{"roles", users.NewUser{Email: "ada@example.org", Roles: []string{"two\nlines"}}},
		{"roles", users.NewUser{Email: "ada@example.org", Roles: []string{"admin\u200b"}}},
		{"roles", users.NewUser{Email: "ada@example.org", Roles: []string{strings.Repeat("r", 65)}}},
		{"password", users.NewUser{Email: "ada@example.org", Password: userstest.Good, Imported: byBcrypt}},
	} {
		_, err := w.Add(t.Context(), tt.n)
		problems, _ := errors.AsType[forms.Problems](err)
		var fields []string
		for _, p := range problems {
			fields = append(fields, p.Field)
		}
		if got := strings.Join(fields, " "); got != tt.fields {
			t.Errorf("%+v: got problems with %q (%v), want %q", tt.n, got, err, tt.fields)
		}
	}
	if n := must[int](t)(w.Count(t.Context(), 100)); n != 0 {
		t.Errorf("%d people were added all the same", n)
	}
}

func TestListPagesInTheOrderOfAddresses(t *testing.T) {
	onEachEngine(t, func(t *testing.T, w *world) {
		for i := range 7 {
			must[users.User](t)(w.Add(t.Context(), users.NewUser{Email: fmt.Sprintf("p%d@example.org", 6-i)}))
		}
		must[users.User](t)(w.Add(t.Context(), users.NewUser{Email: "other@example.org"}))
		var got []string
		var after users.User
		for {
			page := must[[]users.User](t)(w.List(t.Context(), "p", after, 3))
			for _, u := range page {
				got = append(got, u.EmailKey[:2])
			}
			if len(page) < 3 {
				break
			}
			after = page[2]
		}
		if got, want := strings.Join(got, " "), "p0 p1 p2 p3 p4 p5 p6"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if got, want := must[int](t)(w.Count(t.Context(), 100)), 8; got != want {
			t.Errorf("got %d people, want %d", got, want)
		}
	})
}

func TestWhatEndsEverythingRaisesTheEpoch(t *testing.T) {
	w := newWorld(t)
	w.Person("root@example.org", "admin")
	ada := w.Person("ada@example.org")
	const next = "nine boats under a slow bridge"
	for i, change := range []func() (users.User, error){
		func() (users.User, error) { return w.SetPassword(t.Context(), ada.ID, next) },
		func() (users.User, error) { return w.EndEverything(t.Context(), ada.ID) },
		func() (users.User, error) { return w.SetDisabled(t.Context(), ada.ID, true) },
		func() (users.User, error) { return w.SetDisabled(t.Context(), ada.ID, false) },
	} {
		changed := must[users.User](t)(change())
		stored := must[users.User](t)(w.Get(t.Context(), ada.ID))
		if want := ada.SessionGeneration + int64(i) + 1; changed.SessionGeneration != want || stored.SessionGeneration != want {
			t.Errorf("change %d: got epoch %d, stored %d, want %d", i, changed.SessionGeneration, stored.SessionGeneration, want)
		}
	}
	if got, want := w.SignIn("ada@example.org", userstest.Good), users.ErrWrongPassword; !errors.Is(got, want) {
		t.Errorf("old password: got %v, want %v", got, want)
	}
	if err := w.SignIn("ada@example.org", next); err != nil {
		t.Errorf("new password: %v", err)
	}
}

func TestEpochsAreNeverLostBetweenWriters(t *testing.T) {
	onEachEngine(t, func(t *testing.T, w *world) {
		ada := w.Person("ada@example.org")
		for _, err := range userstest.Race(32, func(int) error { _, err := w.EndEverything(t.Context(), ada.ID); return err }) {
			if err != nil {
				t.Error(err)
			}
		}
		if got, want := must[users.User](t)(w.Get(t.Context(), ada.ID)).SessionGeneration, ada.SessionGeneration+32; got != want {
			t.Errorf("got epoch %d, want %d", got, want)
		}
	})
}

func TestANewPasswordFollowsTheRules(t *testing.T) {
	w := newWorld(t)
	ada := w.Person("ada.lovelace@example.org")
	for _, poor := range []string{"", "short", "AdaLovelace-1815"} {
		_, err := w.SetPassword(t.Context(), ada.ID, poor)
		if _, refused := errors.AsType[forms.Problems](err); !refused {
			t.Errorf("%q: got %v", poor, err)
		}
	}
	if _, err := w.SetPassword(t.Context(), "nobody", userstest.Good); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("nobody: got %v", err)
	}
	if err := w.SignIn("ada.lovelace@example.org", userstest.Good); err != nil {
		t.Errorf("the old password: %v", err)
	}
}

func TestTheLastAdministratorStays(t *testing.T) {
	w := newWorld(t)
	root := w.Person("root@example.org", "admin", "staff")
	spare := w.Person("spare@example.org", "admin")
	must[users.User](t)(w.SetDisabled(t.Context(), spare.ID, true)) // one who cannot act is none
	if _, err := w.SetRoles(t.Context(), root.ID, []string{"staff"}); !errors.Is(err, users.ErrLastAdmin) {
		t.Errorf("roles: got %v", err)
	}
	if _, err := w.SetDisabled(t.Context(), root.ID, true); !errors.Is(err, users.ErrLastAdmin) {
		t.Errorf("disable: got %v", err)
	}
	if got := must[users.User](t)(w.Get(t.Context(), root.ID)); !got.Admin() || got.Disabled || got.SessionGeneration != root.SessionGeneration {
		t.Errorf("got %+v", got)
	}
	must[users.User](t)(w.SetDisabled(t.Context(), spare.ID, false))
	if got := must[users.User](t)(w.SetRoles(t.Context(), root.ID, []string{"staff"})); got.Admin() || !got.Has("staff") {
		t.Errorf("with a second administrator: got %v", got.Roles)
	}
}

func TestAdministratorsCannotRemoveEachOtherAtOnce(t *testing.T) {
	onEachEngine(t, func(t *testing.T, w *world) {
		for round := range 20 {
			a := w.Person(fmt.Sprintf("a%d@example.org", round), "admin")
			b := w.Person(fmt.Sprintf("b%d@example.org", round), "admin")
			userstest.Race(2, func(i int) error {
				if i == 0 {
					_, err := w.SetRoles(t.Context(), a.ID, nil)
					return err
				}
				_, err := w.SetDisabled(t.Context(), b.ID, true)
				return err
			})
			if !must[bool](t)(w.AnyAdmin(t.Context())) {
				t.Fatalf("round %d: no administrator is left", round)
			}
			for _, u := range must[[]users.User](t)(w.Everyone(t.Context(), "", 0)) {
				if err := w.Users.Delete(t.Context(), u.ID); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}

// Emails to administrators go only to those who can sign in and act.
func TestAdministratorsAreTheEnabledOnes(t *testing.T) {
	w := newWorld(t)
	w.Person("ada@example.org")
	root, gone := w.Person("root@example.org", users.AdminRole), w.Person("gone@example.org", users.AdminRole)
	must[users.User](t)(w.SetDisabled(t.Context(), gone.ID, true))
	all := must[[]users.User](t)(w.Admins(t.Context()))
	if len(all) != 1 || all[0].ID != root.ID {
		t.Errorf("got %+v", all)
	}
}
