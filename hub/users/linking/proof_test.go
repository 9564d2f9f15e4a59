package linking_test

import (
	"errors"
	"io/fs"
	"testing"

	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/internal/testkit/userstest"
)

// An identity proves an account only where it would sign in: by nothing else
// may another identity be joined to it.
func TestAnIdentityProvesWhatItWouldSignInTo(t *testing.T) {
	w := newWorld(t)
	w.Person("root@example.org", users.AdminRole)
	ada := w.Person("ada@gmail.example")
	claim := google("1", "ada@gmail.example")
	refused := func(what string, c linking.Claim, p linking.Policy) {
		t.Helper()
		if u, err := w.Proves(t.Context(), c, p); !errors.Is(err, linking.ErrNotLinked) {
			t.Errorf("%s: got %s, %v", what, u.ID, err)
		}
	}
	refused("an address is no proof, whoever runs the mailbox", claim, trusted())
	refused("an address that is nobody's", google("9", "new@gmail.example"), trusted())
	if n := must[int](t)(w.Count(t.Context(), 100)); n != 2 {
		t.Errorf("%d users, for a proof makes nobody", n)
	}

	wants(t, must[linking.Decision](t)(w.Link(t.Context(), ada, claim, trusted())), "D2", linking.Link)
	if u := must[users.User](t)(w.Proves(t.Context(), claim, trusted())); u.ID != ada.ID {
		t.Errorf("got %s", u.ID)
	}
	off := trusted()
	off.Enabled = false
	refused("the key is off", claim, off)
	must[users.User](t)(w.SetRoles(t.Context(), ada.ID, []string{users.AdminRole}))
	weak := trusted()
	weak.NoAdmins = true
	refused("an administrator by an upstream that proves too little", claim, weak)
	must[users.User](t)(w.SetDisabled(t.Context(), ada.ID, true))
	refused("a disabled account", claim, trusted())
}

// A later response of a provider counts only for the user it was requested for,
// while the identity is linked to that user.
func TestAReviewIsAboutTheUserOfTheIdentity(t *testing.T) {
	w := newWorld(t)
	bob := w.Person("bob@example.org")
	p := trusted()
	p.RoleMap = map[string]string{"staff": "members"}
	claim := google("1", "ada@gmail.example")
	claim.Roles = []string{"staff"}
	wants(t, w.match(google("1", "ada@gmail.example"), p), "D5", linking.Create)
	ada := must[users.User](t)(w.ByEmail(t.Context(), "ada@gmail.example"))

	if after := must[users.User](t)(w.Review(t.Context(), ada.ID, claim, p)); !after.Has("members") {
		t.Errorf("got %v", after.Roles)
	}
	if _, err := w.Review(t.Context(), bob.ID, claim, p); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("about somebody else: %v", err)
	}
	if after := must[users.User](t)(w.Get(t.Context(), bob.ID)); after.Has("members") {
		t.Error("somebody else got the role")
	}
	must[users.User](t)(w.SetPassword(t.Context(), ada.ID, userstest.Good))
	must[users.User](t)(w.Unlink(t.Context(), ada.ID, linking.IdentityID(claim), ada.ID))
	if _, err := w.Review(t.Context(), ada.ID, claim, p); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("after it was disconnected: %v", err)
	}
}
