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

		// The second tab's form is older than the session. It is refused, and the
		// error page has a link to continue.
		two.signIn(w.bo)
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
			b.click(toPrimary)
			b.seeAt(w.primary.URL+"/signin", "#email")
		}
		one.signIn(w.ada)
		one.click("#allow")
		one.seeAt(w.secondary.URL+"/consent", "#allow")
		// The other tab does not know yet that this person is known here.
		two.signIn(w.ada)
		two.seeText("out of date")
		two.click("#action")
		two.seeAt(w.secondary.URL+"/consent", "#allow")
		two.click("#allow")
		two.seeAt(w.app.URL+"/", "#email")

		// The first tab does not have the new session's token either.
		one.press("#allow")
		one.seeText("out of date")
		one.click("#action")
		one.seeAt(w.app.URL+"/", "#email")
		one.seeText("Hello, Ada Lovelace")
	})
}
