package e2e_test

import (
	"strings"
	"testing"

	"github.com/fedhub/fedhub/cmd/fedhub/demo"
)

func TestAPersonSignsInToAnAppWithAPassword(t *testing.T) {
	onBothEngines(t, func(t *testing.T, w *world) {
		b := newWindow(t)
		b.open(w.app.URL)
		b.press("#sign-in")
		b.seeAt(w.secondary.URL+"/signin", "#email")
		b.seeText("to continue to Sample app")
		b.signIn(w.bo)

		b.seeAt(w.secondary.URL+"/consent", "#allow")
		b.seeText("Sample app wants access to your Secondary hub account")
		b.seeText(w.bo.Email)
		want(t, "where the person will return to", b.read("#origin"), w.app.URL)
		b.click("#allow")

		b.seeAt(w.app.URL+"/", "#email")
		b.seeText("Hello, Bo Brown")
		if got := b.read("#email"); !strings.HasPrefix(got, w.bo.Email) || !strings.Contains(got, "verified") {
			t.Errorf("the app shows the address as %q", got)
		}
		want(t, "issuer", b.read("#issuer"), w.secondary.URL)
	})
}

func TestAWrongPasswordKeepsTheAddressAndSaysWhatToDo(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		b := newWindow(t)
		b.open(w.app.URL)
		b.press("#sign-in")
		b.fill("#email", w.bo.Email)
		b.fill("#password", "not the password at all")
		b.press("#sign-in")

		b.see("#problems")
		b.seeText("Wrong email or password.")
		want(t, "the address", b.value("#email"), w.bo.Email)
		want(t, "the password", b.value("#password"), "")
		want(t, "what has the focus", evaluate[string](b, "document.activeElement.id"), "problems")
		want(t, "how the title begins", strings.HasPrefix(evaluate[string](b, "document.title"), "Error: "), true)

		// The sign-in to the app continues from here.
		b.signIn(w.bo)
		b.click("#allow")
		b.seeAt(w.app.URL+"/", "#email")
	})
}

func TestWhoIsSignedInIsNotAskedAgain(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		b := newWindow(t)
		b.signInToApp(w, w.bo)
		b.click("#sign-out") // of the app alone
		b.seeAt(w.app.URL+"/signed-out", "#sign-in")
		b.click("#sign-in")
		b.seeAt(w.app.URL+"/", "#email")
	})
}

// signInToApp goes from the app through the secondary's password and back.
func (b *tab) signInToApp(w *world, who demo.Account) {
	b.t.Helper()
	b.open(w.app.URL)
	b.press("#sign-in")
	b.signIn(who)
	b.click("#allow")
	b.seeAt(w.app.URL+"/", "#email")
}
