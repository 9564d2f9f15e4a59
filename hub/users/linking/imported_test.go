package linking_test

import (
	"errors"
	"io/fs"
	"testing"

	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
)

// importedSubject is what apps of the other system know adaElsewhere by.
const importedSubject = "46142bcd53ea31937b65b87ab402b8a4360be61"

// adaElsewhere is a person as another system has them.
var adaElsewhere = users.Import{NewUser: users.NewUser{Email: "ada@example.org", Profile: users.Profile{Name: "Ada Lovelace"}}, ID: importedSubject, From: "frappe"}

// An imported identity is linked at once and without an email. One that is linked
// already, a second one of the same provider, and one for an administrator are
// refused.
func TestIdentitiesComeWithAnImport(t *testing.T) {
	w := newWorld(t)
	must[users.User](t)(w.AddImported(t.Context(), adaElsewhere))
	eve := w.Person("eve@example.org")
	link := func(id, sub string) bool {
		t.Helper()
		linked, err := w.LinkImported(t.Context(), id, google(sub, ""))
		if err != nil && !errors.Is(err, fs.ErrExist) {
			t.Fatal(err)
		}
		return linked
	}
	if !link(importedSubject, "1") || link(importedSubject, "1") || link(importedSubject, "2") || link(eve.ID, "1") || link(eve.ID, "3") {
		t.Error("linked what should not be, or not what should")
	}
	if _, err := w.LinkImported(t.Context(), eve.ID, google("1", "")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("somebody else's: got %v", err)
	}
	boss := adaElsewhere
	boss.ID, boss.Email, boss.Roles = "b"+importedSubject, "boss@example.org", []string{users.AdminRole}
	must[users.User](t)(w.AddImported(t.Context(), boss))
	if link(boss.ID, "4") {
		t.Error("an administrator got an identity by an import")
	}
	if came := w.match(google("1", "Ada@example.org"), trusted()); came.User.ID != importedSubject || came.Action != linking.SignIn {
		t.Errorf("it does not sign in: %+v", came)
	}
	if emails := w.post.Take(); len(emails) > 0 {
		t.Errorf("%d emails were sent", len(emails))
	}
}

// At the site, users can write another user's ID into their own record. The owner
// of that ID must not get into their account.
func TestAnImportedIdentityCountsOnceItHasTheAddressOfTheUser(t *testing.T) {
	w := newWorld(t)
	ada := must[users.User](t)(w.AddImported(t.Context(), adaElsewhere))
	must[bool](t)(w.LinkImported(t.Context(), ada.ID, google("1", "")))
	unverified := google("1", "ada@example.org")
	unverified.EmailVerified = false
	for name, c := range map[string]linking.Claim{"another address": google("1", "bob@gmail.example"), "no address": google("1", ""), "not verified": unverified} {
		if came := w.match(c, trusted()); came.Action != linking.Refuse || came.Row != "D1" {
			t.Errorf("%s: got %s by %s", name, came.Action, came.Row)
		}
	}
	if came := w.match(google("1", "ada@example.org"), trusted()); came.Action != linking.SignIn {
		t.Errorf("the address of the user: got %s (%s)", came.Action, came.Why)
	}
	if came := w.match(google("1", "other@gmail.example"), trusted()); came.Action != linking.SignIn {
		t.Errorf("afterwards it is an identity like any other: got %s (%s)", came.Action, came.Why)
	}
}

// A user who links it while signed in has proved that it is theirs.
func TestAnImportedIdentityIsConnectedByItsOwner(t *testing.T) {
	w := newWorld(t)
	ada := must[users.User](t)(w.AddImported(t.Context(), adaElsewhere))
	must[bool](t)(w.LinkImported(t.Context(), ada.ID, google("1", "")))
	if d := must[linking.Decision](t)(w.Link(t.Context(), ada, google("1", "private@gmail.example"), trusted())); d.Action != linking.Link {
		t.Fatalf("got %s (%s)", d.Action, d.Why)
	}
	if came := w.match(google("1", "private@gmail.example"), trusted()); came.Action != linking.SignIn {
		t.Errorf("got %s (%s)", came.Action, came.Why)
	}
}
