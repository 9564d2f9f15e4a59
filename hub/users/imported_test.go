package users_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/passwords"
)

const subject = "46142bcd53ea31937b65b87ab402b8a4360be61"

// adaThere is a person as another system has them.
func adaThere(change ...func(*users.Import)) users.Import {
	i := users.Import{
		NewUser: users.NewUser{Email: "ada@example.org", Name: "Ada Lovelace", Roles: []string{"Employee"}, Imported: byPasslib},
		ID:      subject, From: "frappe",
	}
	for _, edit := range change {
		edit(&i)
	}
	return i
}

func (w *world) stands(i users.Import, want users.ImportStatus) {
	w.t.Helper()
	got, _, err := w.WouldImport(w.t.Context(), i)
	if err != nil || got != want {
		w.t.Errorf("standing: got %q, %v, want %q", got, err, want)
	}
}

func TestAnImportedPersonKeepsSubjectAndPassword(t *testing.T) {
	onEachEngine(t, func(t *testing.T, w *world) {
		w.stands(adaThere(), users.ImportNew)
		ada := must[users.User](t)(w.AddImported(t.Context(), adaThere()))
		if ada.ID != subject || ada.EmailVerified || !ada.Answered() {
			t.Errorf("got %+v", ada)
		}
		if err := w.signIn("ada@example.org", foreign); err != nil {
			t.Errorf("the password of old: %v", err)
		}
		now := must[users.User](t)(w.Get(t.Context(), subject))
		if !strings.HasPrefix(string(now.Password), presentPrefix) {
			t.Error("the hash was not replaced")
		}
		// That it was replaced is no change: the other system has the same password.
		w.stands(adaThere(), users.ImportUnchanged)
		w.stands(adaThere(func(i *users.Import) { i.NewUser.Imported = "" }), users.ImportUnchanged)
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
		// A new record at the site that only claims the subject has no hash of before.
		"another address and password":  {func(*world) {}, func(i *users.Import) { i.Email, i.NewUser.Imported = "eve@example.org", byDjango }, users.ImportEmailChanged},
		"another address, no password":  {func(*world) {}, func(i *users.Import) { i.Email, i.NewUser.Imported = "eve@example.org", "" }, users.ImportEmailChanged},
		"the address of somebody":       {func(w *world) { w.person("king@example.org") }, func(i *users.Import) { i.Email = "king@example.org" }, users.ImportEmailConflict},
		"the address, another subject":  {func(*world) {}, other, users.ImportEmailConflict},
		"another system, one subject":   {func(*world) {}, func(i *users.Import) { i.From = "other" }, users.ImportIDConflict},
		"changed here, and there":       {func(w *world) { w.SetRoles(w.t.Context(), subject, []string{"Chosen"}) }, renamed, users.ImportChangedHere}, //nolint:errcheck // the standing shows it
		"an administrator by now":       {func(w *world) { w.SetRoles(w.t.Context(), subject, []string{"admin"}) }, renamed, users.ImportChangedHere},  //nolint:errcheck // the standing shows it
		"a new password, chosen here":   {func(w *world) { w.SetPassword(w.t.Context(), subject, good) }, renamed, users.ImportChangedHere},            //nolint:errcheck // the standing shows it
		"nothing new but a change here": {func(w *world) { w.EndEverything(w.t.Context(), subject) }, func(*users.Import) {}, users.ImportUnchanged},   //nolint:errcheck // the standing shows it
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			must[users.User](t)(w.AddImported(t.Context(), adaThere()))
			w.pass(3600e9)
			row.before(w)
			i := adaThere(row.change)
			w.stands(i, row.want)
			before := must[users.User](t)(w.Get(t.Context(), subject))
			after, err := w.UpdateImported(t.Context(), i)
			if (err == nil) != (row.want == users.ImportUpdate) && row.want != users.ImportEmailConflict && row.want != users.ImportUnchanged {
				t.Errorf("update: %v", err)
			}
			if row.want != users.ImportUpdate {
				return
			}
			w.stands(i, users.ImportUnchanged)
			ended := i.Disabled || i.NewUser.Imported != byPasslib
			if (after.SessionGeneration > before.SessionGeneration) != ended {
				t.Errorf("epoch: %d, then %d", before.SessionGeneration, after.SessionGeneration)
			}
		})
	}
}

func TestNobodysAccountIsTakenOver(t *testing.T) {
	w := newWorld(t)
	ada := w.person("ada@example.org")
	w.stands(adaThere(), users.ImportEmailConflict)
	w.stands(adaThere(func(i *users.Import) { i.ID = ada.ID }), users.ImportIssuedHere)
	w.stands(adaThere(func(i *users.Import) { i.ID, i.Email = ada.ID, "eve@example.org" }), users.ImportIDConflict)
	for _, i := range []users.Import{adaThere(), adaThere(func(i *users.Import) { i.ID = ada.ID })} {
		if _, err := w.AddImported(t.Context(), i); !errors.Is(err, fs.ErrExist) {
			t.Errorf("got %v, want it taken", err)
		}
	}
	if _, err := w.UpdateImported(t.Context(), adaThere(func(i *users.Import) { i.ID = ada.ID })); !errors.Is(err, users.ErrTouched) {
		t.Errorf("got %v, want %v", err, users.ErrTouched)
	}
	if err := w.signIn("ada@example.org", foreign); !errors.Is(err, users.ErrWrongPassword) {
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

// An identity that came with the export is linked at once and told to nobody;
// one that somebody has, a second one of the same upstream, and one for an
// administrator are not.
func TestIdentitiesComeWithAnImport(t *testing.T) {
	w := newWorld(t)
	must[users.User](t)(w.AddImported(t.Context(), adaThere()))
	eve := w.person("eve@example.org")
	link := func(id, sub string) bool {
		t.Helper()
		linked, err := w.LinkImported(t.Context(), id, google(sub, ""))
		if err != nil && !errors.Is(err, fs.ErrExist) {
			t.Fatal(err)
		}
		return linked
	}
	if !link(subject, "1") || link(subject, "1") || link(subject, "2") || link(eve.ID, "1") || link(eve.ID, "3") {
		t.Error("linked what should not be, or not what should")
	}
	if came := w.match(google("1", "Ada@example.org"), trusted()); came.User.ID != subject || came.Action != users.SignIn {
		t.Errorf("it does not sign in: %+v", came)
	}
	if letters := w.post.Take(); len(letters) > 0 {
		t.Errorf("%d letters were sent", len(letters))
	}
}

// People can write the number of somebody else's account into their own record
// of the site. Whoever owns that account must not land in what is theirs.
func TestAnImportedIdentityCountsOnceItHasTheAddressOfTheUser(t *testing.T) {
	w := newWorld(t)
	ada := must[users.User](t)(w.AddImported(t.Context(), adaThere()))
	must[bool](t)(w.LinkImported(t.Context(), ada.ID, google("1", "")))
	unverified := google("1", "ada@example.org")
	unverified.EmailVerified = false
	for name, c := range map[string]users.Claim{"another address": google("1", "bob@gmail.example"), "no address": google("1", ""), "not verified": unverified} {
		if came := w.match(c, trusted()); came.Action != users.Refuse || came.Row != "D1" {
			t.Errorf("%s: got %s by %s", name, came.Action, came.Row)
		}
	}
	if came := w.match(google("1", "ada@example.org"), trusted()); came.Action != users.SignIn {
		t.Errorf("the address of the user: got %s (%s)", came.Action, came.Reason)
	}
	if came := w.match(google("1", "other@gmail.example"), trusted()); came.Action != users.SignIn {
		t.Errorf("afterwards it is an identity like any other: got %s (%s)", came.Action, came.Reason)
	}
}

// Who connects it while signed in has shown that it is theirs.
func TestAnImportedIdentityIsConnectedByItsOwner(t *testing.T) {
	w := newWorld(t)
	ada := must[users.User](t)(w.AddImported(t.Context(), adaThere()))
	must[bool](t)(w.LinkImported(t.Context(), ada.ID, google("1", "")))
	if d := must[users.Decision](t)(w.Link(t.Context(), ada, google("1", "private@gmail.example"), trusted())); d.Action != users.Link {
		t.Fatalf("got %s (%s)", d.Action, d.Reason)
	}
	if came := w.match(google("1", "private@gmail.example"), trusted()); came.Action != users.SignIn {
		t.Errorf("got %s (%s)", came.Action, came.Reason)
	}
}

// What passlib, the library of Frappe, gives as examples in its documentation.
func TestPasslibsOwnExamplesSignIn(t *testing.T) {
	for _, hash := range []passwords.Hash{
		"$pbkdf2-sha256$1212$4vjV83LKPjQzk31VI4E0Vw$hsYF68OiOUPdDZ1Fg.fJPeq1h/gXXY7acBp9/6c.tmQ",
		"$pbkdf2-sha256$6400$.6UI/S.nXIk8jcbdHx3Fhg$98jZicV16ODfEsEZeYPGHU3kbrUrvUEXOPimVSQDD44",
	} {
		w := newWorld(t)
		must[users.User](t)(w.AddImported(t.Context(), adaThere(func(i *users.Import) { i.NewUser.Imported = hash })))
		if err := w.signIn("ada@example.org", "Password"); !errors.Is(err, users.ErrWrongPassword) {
			t.Errorf("another password: %v", err)
		}
		if err := w.signIn("ada@example.org", "password"); err != nil {
			t.Errorf("%.30s: %v", string(hash), err)
		}
	}
}
