package hub_test

import (
	"strings"
	"testing"
)

func TestAPersonSaysWhoTheyAre(t *testing.T) {
	onBothEngines(t, func(t *testing.T, w *world) {
		ada := w.person("ada@example.org")
		b := w.browser()
		b.signIn(b.open("/signin"), "ada@example.org")
		wrong := b.submit(b.open("/account/profile"), "/account/profile", "nickname", "Enchantress", "birthdate", "10.12.1815")
		want(t, "a date in another order", wrong.Status, 422)
		for _, kept := range []string{`value="10.12.1815"`, `value="Enchantress"`, `id="birthdate-error"`} {
			if !strings.Contains(wrong.Body, kept) {
				t.Errorf("the form that came back lacks %s", kept)
			}
		}
		saved := b.submit(wrong, "/account/profile", "birthdate", "1815-12-10", "street_address", "12 Square\r\nTop floor",
			"preferred_username", "root", "email", "root@example.org", "roles", "admin")
		want(t, "the page after it", saved.URL.Path, "/account")
		u, err := w.Hub.User(t.Context(), ada.ID)
		if err != nil {
			t.Fatal(err)
		}
		want(t, "birthdate", u.Birthdate, "1815-12-10")
		want(t, "nickname", u.Nickname, "Enchantress")
		want(t, "street", u.Address.Street, "12 Square\nTop floor")
		// These are not the person's to say.
		want(t, "user name", u.Username, "")
		want(t, "e-mail address", u.Email, "ada@example.org")
		want(t, "an administrator", u.Admin(), false)
		if !strings.Contains(dump(t, w), "user.changed") {
			t.Error("nothing was recorded")
		}
	})
}

func TestAProfileIsChangedOnlyByItsPerson(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	ada := w.person("ada@example.org")
	want(t, "the page for a stranger", w.browser().open("/account/profile").URL.Path, "/signin")
	b := w.browser()
	b.signIn(b.open("/signin"), "ada@example.org")
	p := b.post(b.open("/account/profile"), "/account/profile", "csrf", "made up", "name", "Mallory")
	want(t, "without the token", p.Status, 403)
	u, err := w.Hub.User(t.Context(), ada.ID)
	if err != nil {
		t.Fatal(err)
	}
	want(t, "name", u.Name, "Ada Lovelace")
}
