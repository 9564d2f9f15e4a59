package account_test

import (
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/maillinks"
)

const accountUndo = "/wasnt-me/account"

// unasked are what a stranger may do with an account, each with an email about it
// that undoes nothing but ends everything.
var unasked = map[string]func(w *hubtest.World, b *hubtest.Browser) (subject string){
	"a new browser": func(w *hubtest.World, _ *hubtest.Browser) string {
		w.Home("ada@example.org")
		return "New sign-in to your account"
	},
	"a password": func(_ *hubtest.World, b *hubtest.Browser) string {
		b.Submit(b.Open("/account/password"), "/account/password", "current", hubtest.Password, "password", "three quiet herons wade")
		return "Your password was changed"
	},
	"a factor": func(w *hubtest.World, b *hubtest.Browser) string {
		p := b.OpenProved("/account/second-factor")
		b.Submit(p, "/account/second-factor/app", "code", w.Scan(p).Code())
		return "An authenticator app was added"
	},
}

func TestTheEmailAboutAChangeEndsEverything(t *testing.T) {
	for name, act := range unasked {
		t.Run(name, func(t *testing.T) {
			box := &hubtest.Postbox{}
			w := hubtest.NewWorldAs(t, hubtest.OpenSQLite(t), hub.Config{URL: hubtest.Localhost, Mail: box})
			w.Person("ada@example.org")
			thief, a := w.Browser(), w.App()
			thief.SignInTo(a, "ada@example.org")
			subject := act(w, thief)
			told := box.About(subject)
			if len(told) != 1 {
				t.Fatalf("emails about it: %v", told)
			}
			if !strings.Contains(told[0].HTML, ">This wasn&#39;t me</a>") {
				t.Errorf("no button: %s", told[0].HTML)
			}
			link := box.Pick(t, "ada@example.org", accountUndo)

			reader := w.Browser()
			p := reader.Open(link)
			reader.Open(link) // a mail scanner opens it too
			hubtest.Want(t, "the thief, after looking", thief.Open("/account").URL.Path, "/account")
			hubtest.Want(t, "done", reader.Submit(p, accountUndo).URL.RequestURI(), "/wasnt-me/done?mailed=1")
			hubtest.Want(t, "the thief", thief.Open("/account").URL.Path, "/signin")
			if reset := box.About("Choose a new password"); len(reset) != 1 || reset[0].To != "ada@example.org" {
				t.Errorf("the reset: %v", reset)
			}
			hubtest.RefusedPage(t, "a second time", reader.Submit(p, accountUndo))
			hubtest.RefusedPage(t, "the link again", reader.Open(link))
			hubtest.RefusedPage(t, "another token", reader.Open(accountUndo+"?token=x"))
		})
	}
}

// The link proves nothing but the address: it does not sign in, is of one purpose,
// and ends with its life and with the address.
func TestAnUndoLinkIsForOneAddressAndOneTime(t *testing.T) {
	w, box := hubtest.MailingWorld(t)
	w.Person("ada@example.org")
	b := w.Home("ada@example.org")
	w.Home("ada@example.org")
	link := box.Pick(t, "ada@example.org", accountUndo)
	token := link[strings.Index(link, "=")+1:]
	reader := w.Browser()
	hubtest.RefusedPage(t, "as an undo of an address", reader.Open("/wasnt-me/address?token="+token))
	hubtest.RefusedPage(t, "as an undo of a passkey", reader.Open("/wasnt-me/passkey?token="+token))
	hubtest.RefusedPage(t, "as a reset", reader.Open("/password/reset/"+token))
	reader.Open(link)
	hubtest.Want(t, "who is signed in", reader.Open("/account").URL.Path, "/signin")
	p := reader.Open(link)
	change(w, box, b, "new@example.org")
	hubtest.RefusedPage(t, "after the address was replaced", reader.Submit(p, accountUndo))
	hubtest.Want(t, "its session", b.Open("/account").URL.Path, "/account")

	w.Home("new@example.org")
	late := box.Pick(t, "new@example.org", accountUndo)
	w.Clock.Skip(maillinks.UndoLife + time.Minute)
	hubtest.RefusedPage(t, "after its life", reader.Open(late))
}
