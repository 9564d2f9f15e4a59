package linking_test

import (
	"errors"
	"testing"

	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
)

// D13 and the link mode "provisioned": only identities that an administrator
// linked in advance can sign in.
func TestOnlyPeopleLinkedBeforehandComeIn(t *testing.T) {
	w := newWorld(t)
	ada, eve := w.Person("ada@gmail.example"), w.Person("eve@gmail.example")
	p := trusted()
	p.Linking = linking.LinkProvisioned
	wants(t, w.match(google("1", "ada@gmail.example"), p), "D7", linking.Refuse)
	wants(t, w.match(google("2", "new@gmail.example"), p), "D5", linking.Refuse)

	off := p
	off.Enabled = false // prepared before it is switched on
	d := must[linking.Decision](t)(w.Provision(t.Context(), ada, google("1", ""), off, "root"))
	if d.Action != linking.Link {
		t.Fatalf("got %s: %s", d.Action, d.Why)
	}
	if r := must[linking.LinkEvent](t)(w.Record(t.Context(), d.Record)); r.By != "root" {
		t.Errorf("on record as by %q", r.By)
	}
	came := w.match(google("1", "ada@gmail.example"), p)
	wants(t, came, "D1", linking.SignIn)
	if came.User.ID != ada.ID {
		t.Errorf("got user %s, want %s", came.User.ID, ada.ID)
	}
	if d := must[linking.Decision](t)(w.Provision(t.Context(), eve, google("1", ""), p, "root")); d.Action != linking.Refuse {
		t.Errorf("giving it to somebody else: got %s", d.Action)
	}
	if d := must[linking.Decision](t)(w.Provision(t.Context(), ada, google("1", ""), p, "root")); d.Action != linking.Link {
		t.Errorf("giving it to its owner again: got %s (%s)", d.Action, d.Why)
	}
	// D10 holds for administrators too: the old identity goes first.
	if d := must[linking.Decision](t)(w.Provision(t.Context(), ada, google("3", ""), p, "root")); d.Action != linking.Refuse {
		t.Errorf("a second identity of one upstream: got %s", d.Action)
	}
}

// FE-29: who has no password signs in by none.
func TestNoPasswordIsNoPassword(t *testing.T) {
	w := newWorld(t)
	w.match(google("1", "ada@gmail.example"), trusted())
	for _, password := range []string{"", "null", "\"null\"", "undefined", "0", "false", "<nil>", " "} {
		if err := w.SignIn("ada@gmail.example", password); !errors.Is(err, users.ErrWrongPassword) {
			t.Errorf("%q: got %v", password, err)
		}
		w.Pass(3600e9)
	}
}

func TestNobodyIsLinkedBeforehandWhoCouldNotComeIn(t *testing.T) {
	w := newWorld(t)
	w.Person("root@example.org", users.AdminRole)
	ada := w.Person("ada@example.org")
	for _, subject := range []string{"", "null", "0", " padded "} {
		if d := must[linking.Decision](t)(w.Provision(t.Context(), ada, google(subject, ""), trusted(), "root")); d.Action != linking.Refuse {
			t.Errorf("subject %q: got %s", subject, d.Action)
		}
	}
	off := must[users.User](t)(w.SetDisabled(t.Context(), ada.ID, true))
	if d := must[linking.Decision](t)(w.Provision(t.Context(), off, google("1", ""), trusted(), "root")); d.Action != linking.Refuse {
		t.Errorf("disabled: got %s", d.Action)
	}
	if n := len(must[[]linking.Identity](t)(w.ByUser(t.Context(), ada.ID))); n != 0 {
		t.Errorf("%d identities were linked", n)
	}
	gone := w.match(google("gone", "gone@gmail.example"), trusted()).User
	if err := w.Users.Delete(t.Context(), gone.ID); err != nil {
		t.Fatal(err)
	}
	bob := w.Person("bob@example.org")
	if d := must[linking.Decision](t)(w.Provision(t.Context(), bob, google("gone", ""), trusted(), "root")); d.Action != linking.Refuse {
		t.Errorf("the identity of somebody who was removed: got %s", d.Action)
	}
}
