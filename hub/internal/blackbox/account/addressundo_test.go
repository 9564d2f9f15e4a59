package account_test

import (
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/maillinks"
)

func passkeyWorld(t *testing.T) *hubtest.World {
	t.Helper()
	return hubtest.NewWorldAs(t, hubtest.OpenSQLite(t), hub.Config{URL: hubtest.Localhost})
}

// address is what the hub calls the address of the only user named ada.
func address(t *testing.T, w *hubtest.World, id string) string {
	t.Helper()
	u, err := w.Hub.User(t.Context(), id)
	hubtest.Done(t, err)
	return u.Email
}

func TestTheEarlierAddressUndoesItsReplacement(t *testing.T) {
	w, box := hubtest.MailingWorld(t)
	u := w.Person("ada@example.org")
	thief := w.Home("ada@example.org")
	change(w, box, thief, "thief@example.org")
	link := box.Pick(t, "ada@example.org", "/wasnt-me/address")

	reader := w.Browser()
	p := reader.Open(link)
	hubtest.Want(t, "after looking", address(t, w, u.ID), "thief@example.org")
	hubtest.Want(t, "done", reader.Submit(p, "/wasnt-me/address").URL.RequestURI(), "/wasnt-me/done?mailed=1")
	hubtest.Want(t, "the address", address(t, w, u.ID), "ada@example.org")
	hubtest.Want(t, "the thief", thief.Open("/account").URL.Path, "/signin")
	hubtest.RefusedPage(t, "a second time", reader.Submit(p, "/wasnt-me/address"))
	hubtest.RefusedPage(t, "the link again", reader.Open(link))
	hubtest.RefusedPage(t, "another token", reader.Open("/wasnt-me/address?token=x"))
}

// Whoever took an account over can replace the address twice. The first owner
// still gets it back, and the mailboxes in between do not.
func TestAnAddressIsPutBackAfterSeveralReplacements(t *testing.T) {
	w, box := hubtest.MailingWorld(t)
	u := w.Person("ada@example.org")
	thief := w.Home("ada@example.org")
	change(w, box, thief, "one@example.org")
	first := box.Pick(t, "ada@example.org", "/wasnt-me/address")
	w.Clock.Skip(time.Minute)
	change(w, box, thief, "two@example.org")
	second := box.Pick(t, "one@example.org", "/wasnt-me/address")

	reader := w.Browser()
	late := reader.Open(second)
	reader.Submit(reader.Open(first), "/wasnt-me/address")
	hubtest.Want(t, "the address", address(t, w, u.ID), "ada@example.org")
	hubtest.RefusedPage(t, "the link of the thief", reader.Submit(late, "/wasnt-me/address"))
	hubtest.Want(t, "the address", address(t, w, u.ID), "ada@example.org")
}

func TestALinkToAnEarlierAddressEnds(t *testing.T) {
	for name, end := range map[string]func(w *hubtest.World, id string) error{
		"after a week": func(w *hubtest.World, _ string) error { w.Clock.Skip(maillinks.AddressLife); return nil },
		"by an administrator's change": func(w *hubtest.World, id string) error {
			_, err := w.Hub.ChangeEmail(w.Context(), audit.Named("test"), id, "kept@example.org", true)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, box := hubtest.MailingWorld(t)
			u := w.Person("ada@example.org")
			change(w, box, w.Home("ada@example.org"), "new@example.org")
			link := box.Pick(t, "ada@example.org", "/wasnt-me/address")
			hubtest.Done(t, end(w, u.ID))
			hubtest.RefusedPage(t, "the link", w.Browser().Open(link))
		})
	}
}

func TestAnAddressThatAnotherUserHasIsNotPutBack(t *testing.T) {
	w, box := hubtest.MailingWorld(t)
	u := w.Person("ada@example.org")
	change(w, box, w.Home("ada@example.org"), "new@example.org")
	link := box.Pick(t, "ada@example.org", "/wasnt-me/address")
	bob := w.Person("ada@example.org")
	reader := w.Browser()
	p := reader.Open(link)
	for range 2 { // it can be tried again
		hubtest.RefusedPage(t, "putting it back", reader.Post(p, "/wasnt-me/address"))
	}
	hubtest.Want(t, "the address", address(t, w, u.ID), "new@example.org")
	hubtest.Want(t, "the other's", address(t, w, bob.ID), "ada@example.org")
}
