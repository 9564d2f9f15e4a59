package signin_test

import (
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

func TestAPersonSaysWhoTheyAre(t *testing.T) {
	hubtest.OnBothEngines(t, func(t *testing.T, w *hubtest.World) {
		ada := w.Person("ada@example.org")
		b := w.Browser()
		b.SignIn(b.Open("/signin"), "ada@example.org")
		wrong := b.Submit(b.Open("/account/profile"), "/account/profile", "nickname", "Enchantress", "birthdate", "10.12.1815")
		hubtest.Want(t, "a date in another order", wrong.Status, 422)
		for _, kept := range []string{`value="10.12.1815"`, `value="Enchantress"`, `id="birthdate-error"`} {
			if !strings.Contains(wrong.Body, kept) {
				t.Errorf("the form that came back lacks %s", kept)
			}
		}
		saved := b.Submit(wrong, "/account/profile", "birthdate", "1815-12-10", "street_address", "12 Square\r\nTop floor",
			"preferred_username", "root", "email", "root@example.org", "roles", "admin")
		hubtest.Want(t, "the page after it", saved.URL.Path, "/account")
		u, err := w.Hub.User(t.Context(), ada.ID)
		if err != nil {
			t.Fatal(err)
		}
		hubtest.Want(t, "birthdate", u.Birthdate, "1815-12-10")
		hubtest.Want(t, "nickname", u.Nickname, "Enchantress")
		hubtest.Want(t, "street", u.Address.Street, "12 Square\nTop floor")
		// A user cannot change these.
		hubtest.Want(t, "user name", u.Username, "")
		hubtest.Want(t, "e-mail address", u.Email, "ada@example.org")
		hubtest.Want(t, "an administrator", u.Admin(), false)
		if !strings.Contains(hubtest.Dump(t, w), "user.changed") {
			t.Error("nothing was recorded")
		}
	})
}

func TestAProfileIsChangedOnlyByItsPerson(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	ada := w.Person("ada@example.org")
	hubtest.Want(t, "the page for a stranger", w.Browser().Open("/account/profile").URL.Path, "/signin")
	b := w.Browser()
	b.SignIn(b.Open("/signin"), "ada@example.org")
	p := b.Post(b.Open("/account/profile"), "/account/profile", "csrf", "made up", "name", "Mallory")
	hubtest.Want(t, "without the token", p.Status, 403)
	u, err := w.Hub.User(t.Context(), ada.ID)
	if err != nil {
		t.Fatal(err)
	}
	hubtest.Want(t, "name", u.Name, "Ada Lovelace")
}
