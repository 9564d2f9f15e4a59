package users_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/passwords"
	"github.com/fedhub/fedhub/internal/testkit/userstest"
)

const subject = "46142bcd53ea31937b65b87ab402b8a4360be61"

// adaThere is a person as another system has them.
func adaThere(change ...func(*users.Import)) users.Import {
	i := users.Import{
		NewUser: users.NewUser{Email: "ada@example.org", Profile: users.Profile{Name: "Ada Lovelace"}, Roles: []string{"Employee"}, Imported: byPasslib},
		ID:      subject, From: "frappe",
	}
	for _, edit := range change {
		edit(&i)
	}
	return i
}

func stands(w *world, i users.Import, want users.ImportStatus) {
	w.T.Helper()
	got, _, err := w.WouldImport(w.T.Context(), i)
	if err != nil || got != want {
		w.T.Errorf("standing: got %q, %v, want %q", got, err, want)
	}
}

func TestAnImportedPersonKeepsSubjectAndPassword(t *testing.T) {
	onEachEngine(t, func(t *testing.T, w *world) {
		stands(w, adaThere(), users.ImportNew)
		ada := must[users.User](t)(w.AddImported(t.Context(), adaThere()))
		if ada.ID != subject || ada.EmailVerified || !ada.Answered() {
			t.Errorf("got %+v", ada)
		}
		if err := w.SignIn("ada@example.org", foreign); err != nil {
			t.Errorf("the password of old: %v", err)
		}
		now := must[users.User](t)(w.Get(t.Context(), subject))
		if !strings.HasPrefix(string(now.Password), presentPrefix) {
			t.Error("the hash was not replaced")
		}
		// That it was replaced is no change: the other system has the same password.
		stands(w, adaThere(), users.ImportUnchanged)
		stands(w, adaThere(func(i *users.Import) { i.NewUser.Imported = "" }), users.ImportUnchanged)
		if _, err := w.AddImported(t.Context(), adaThere()); !errors.Is(err, fs.ErrExist) {
			t.Errorf("again: got %v, want it taken", err)
		}
	})
}

func TestWhatAnImportFinds(t *testing.T) {
	renamed := func(i *users.Import) { i.Name = "Ada King" }
	other := func(i *users.Import) { i.ID = strings.Repeat("b", 39) }
	for name, row := range map[string]struct {
		before func(w *world)
		change func(*users.Import)
		want   users.ImportStatus
	}{
		"another name there":     {func(*world) {}, renamed, users.ImportUpdate},
		"another role there":     {func(*world) {}, func(i *users.Import) { i.Roles = nil }, users.ImportUpdate},
		"switched off there":     {func(*world) {}, func(i *users.Import) { i.Disabled = true }, users.ImportUpdate},
		"another password there": {func(*world) {}, func(i *users.Import) { i.NewUser.Imported = byDjango }, users.ImportUpdate},
		"another address there":  {func(*world) {}, func(i *users.Import) { i.Email = "king@example.org" }, users.ImportUpdate},
		// A new record at the site that only claims the subject has no earlier
		// hash.
		"another address and password":  {func(*world) {}, func(i *users.Import) { i.Email, i.NewUser.Imported = "eve@example.org", byDjango }, users.ImportEmailChanged},
		"another address, no password":  {func(*world) {}, func(i *users.Import) { i.Email, i.NewUser.Imported = "eve@example.org", "" }, users.ImportEmailChanged},
		"the address of somebody":       {func(w *world) { w.Person("king@example.org") }, func(i *users.Import) { i.Email = "king@example.org" }, users.ImportEmailConflict},
		"the address, another subject":  {func(*world) {}, other, users.ImportEmailConflict},
		"another system, one subject":   {func(*world) {}, func(i *users.Import) { i.From = "other" }, users.ImportIDConflict},
		"changed here, and there":       {func(w *world) { w.SetRoles(w.T.Context(), subject, []string{"Chosen"}) }, renamed, users.ImportChangedHere}, //nolint:errcheck // the standing shows it
		"an administrator by now":       {func(w *world) { w.SetRoles(w.T.Context(), subject, []string{"admin"}) }, renamed, users.ImportChangedHere},  //nolint:errcheck // the standing shows it
		"a new password, chosen here":   {func(w *world) { w.SetPassword(w.T.Context(), subject, userstest.Good) }, renamed, users.ImportChangedHere},  //nolint:errcheck // the standing shows it
		"nothing new but a change here": {func(w *world) { w.EndEverything(w.T.Context(), subject) }, func(*users.Import) {}, users.ImportUnchanged},   //nolint:errcheck // the standing shows it
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			must[users.User](t)(w.AddImported(t.Context(), adaThere()))
			w.Pass(3600e9)
			row.before(w)
			i := adaThere(row.change)
			stands(w, i, row.want)
			before := must[users.User](t)(w.Get(t.Context(), subject))
			after, err := w.UpdateImported(t.Context(), i)
			if (err == nil) != (row.want == users.ImportUpdate) && row.want != users.ImportEmailConflict && row.want != users.ImportUnchanged {
				t.Errorf("update: %v", err)
			}
			if row.want != users.ImportUpdate {
				return
			}
			stands(w, i, users.ImportUnchanged)
			ended := i.Disabled || i.NewUser.Imported != byPasslib
			if (after.SessionGeneration > before.SessionGeneration) != ended {
				t.Errorf("epoch: %d, then %d", before.SessionGeneration, after.SessionGeneration)
			}
		})
	}
}

func TestNobodysAccountIsTakenOver(t *testing.T) {
	w := newWorld(t)
	ada := w.Person("ada@example.org")
	stands(w, adaThere(), users.ImportEmailConflict)
	stands(w, adaThere(func(i *users.Import) { i.ID = ada.ID }), users.ImportIssuedHere)
	stands(w, adaThere(func(i *users.Import) { i.ID, i.Email = ada.ID, "eve@example.org" }), users.ImportIDConflict)
	for _, i := range []users.Import{adaThere(), adaThere(func(i *users.Import) { i.ID = ada.ID })} {
		if _, err := w.AddImported(t.Context(), i); !errors.Is(err, fs.ErrExist) {
			t.Errorf("got %v, want it taken", err)
		}
	}
	if _, err := w.UpdateImported(t.Context(), adaThere(func(i *users.Import) { i.ID = ada.ID })); !errors.Is(err, users.ErrTouched) {
		t.Errorf("got %v, want %v", err, users.ErrTouched)
	}
	if err := w.SignIn("ada@example.org", foreign); !errors.Is(err, users.ErrWrongPassword) {
		t.Errorf("the imported password signs in: %v", err)
	}
}

func TestSubjectsThatCannotBeKept(t *testing.T) {
	w := newWorld(t)
	for _, id := range []string{"", "1", "null", "a/b/c/d/e/f/g/h/i/j", strings.Repeat("x", 141), "client_abcdefghijklmnopqrst", "https://id.example.org/x", "ada lovelace of the lake", "$set.password.of.all", strings.Repeat("ä", 20)} {
		if _, _, err := w.WouldImport(t.Context(), adaThere(func(i *users.Import) { i.ID = id })); err == nil || users.ValidSubject(id) {
			t.Errorf("%q is taken", id)
		}
	}
}

// Examples from the documentation of passlib, the library of Frappe.
func TestPasslibsOwnExamplesSignIn(t *testing.T) {
	for _, hash := range []passwords.Hash{
		"$pbkdf2-sha256$1212$4vjV83LKPjQzk31VI4E0Vw$hsYF68OiOUPdDZ1Fg.fJPeq1h/gXXY7acBp9/6c.tmQ",
		"$pbkdf2-sha256$6400$.6UI/S.nXIk8jcbdHx3Fhg$98jZicV16ODfEsEZeYPGHU3kbrUrvUEXOPimVSQDD44",
	} {
		w := newWorld(t)
		must[users.User](t)(w.AddImported(t.Context(), adaThere(func(i *users.Import) { i.NewUser.Imported = hash })))
		if err := w.SignIn("ada@example.org", "Password"); !errors.Is(err, users.ErrWrongPassword) {
			t.Errorf("another password: %v", err)
		}
		if err := w.SignIn("ada@example.org", "password"); err != nil {
			t.Errorf("%.30s: %v", string(hash), err)
		}
	}
}
