package e2e_test

import "testing"

func TestTwoTabsBothArrive(t *testing.T) {
	onBothEngines(t, func(t *testing.T, w *world) {
		one := newWindow(t)
		two := one.another()
		for _, b := range []*tab{one, two} {
			b.open(w.app.URL + "/login")
			b.see("#email")
		}
		one.signIn(bo)
		one.click("#allow")
		one.seeAt(w.app.URL+"/", "#email")

		// The second tab's form is older than the session by now. It is not
		// taken, and what it offers instead leads on.
		two.signIn(bo)
		two.seeText("out of date")
		two.click("#action")
		two.seeAt(w.app.URL+"/", "#email")
	})
}

func TestTwoTabsMayGoThroughThePrimaryAtTheSameTime(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		one := newWindow(t)
		two := one.another()
		for _, b := range []*tab{one, two} {
			b.open(w.app.URL + "/login")
			b.click("#with-" + w.key.ID)
			b.seeAt(w.primary.URL+"/signin", "#email")
		}
		one.signIn(ada)
		one.click("#allow")
		one.seeAt(w.secondary.URL+"/consent", "#allow")
		two.open(two.address()) // the person reloads the tab they forgot
		two.click("#allow")
		two.seeAt(w.secondary.URL+"/consent", "#allow")
		for _, b := range []*tab{one, two} {
			b.click("#allow")
			b.seeAt(w.app.URL+"/", "#email")
			b.seeText("Hello, Ada Lovelace")
		}
	})
}
