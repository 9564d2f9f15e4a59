package e2e_test

import (
	"testing"
)

func TestAPersonOfThePrimarySignsInToAnAppOfTheSecondary(t *testing.T) {
	onBothEngines(t, func(t *testing.T, w *world) {
		b := newWindow(t)
		b.throughAllThree(w)
		b.seeText("Hello, Ada Lovelace")
		want(t, "issuer", b.read("#issuer"), w.secondary.URL)

		// The account page of the secondary tells where they came from.
		b.open(w.secondary.URL + "/account")
		b.seeText("Ada Lovelace")
		b.seeText(w.primary.Name)
		b.seeText("Sample app")
	})
}

func TestWhoIsSignedInAtThePrimaryTypesNothingAtTheSecondary(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		b := newWindow(t)
		b.throughAllThree(w)
		// After a sign-out at the secondary alone, the session at the primary
		// still exists and the primary asks nothing. The app's consent at the
		// secondary is gone, so the secondary asks for it.
		b.open(w.secondary.URL + "/signout")
		b.press("#sign-out")
		b.open(w.app.URL + "/login")
		b.click(toPrimary)
		b.seeAt(w.secondary.URL+"/consent", "#allow")
		b.click("#allow")
		b.seeAt(w.app.URL+"/", "#email")
	})
}

// throughAllThree goes from the app to the secondary, from there to the
// primary, and back the same way.
func (b *tab) throughAllThree(w *world) {
	b.t.Helper()
	b.open(w.app.URL)
	b.press("#sign-in")
	b.seeAt(w.secondary.URL+"/signin", toPrimary)
	b.seeText("Continue with " + w.primary.Name)
	b.click(toPrimary)

	b.seeAt(w.primary.URL+"/signin", "#email")
	b.signIn(w.ada)
	// The secondary told about itself, so the primary shows its host and says
	// that it cannot vouch for it.
	b.seeAt(w.primary.URL+"/consent", "#allow")
	b.click("#allow")

	b.seeAt(w.secondary.URL+"/consent", "#allow")
	b.seeText("Sample app")
	b.seeText(w.ada.Email)
	b.click("#allow")
	b.seeAt(w.app.URL+"/", "#email")
}
