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
		one.signIn(w.bo)
		one.click("#allow")
		one.seeAt(w.app.URL+"/", "#email")

		// The second tab's form is older than the session, and just goes on.
		two.signIn(w.bo)
		two.seeAt(w.app.URL+"/", "#email")
	})
}

func TestTwoTabsMayGoThroughThePrimaryAtTheSameTime(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		one := newWindow(t)
		two := one.another()
		for _, b := range []*tab{one, two} {
			b.open(w.app.URL + "/login")
			b.click(toPrimary)
			b.seeAt(w.primary.URL+"/signin", "#email")
		}
		one.signIn(w.ada)
		one.click("#allow")
		one.seeAt(w.secondary.URL+"/consent", "#allow")
		// The other tab does not know yet that this person is known here.
		two.signIn(w.ada)
		two.seeAt(w.secondary.URL+"/consent", "#allow")
		two.click("#allow")
		two.seeAt(w.app.URL+"/", "#email")

		// The user of the first tab's form is the same.
		one.press("#allow")
		one.seeAt(w.app.URL+"/", "#email")
		one.seeText("Hello, Ada Lovelace")
	})
}
