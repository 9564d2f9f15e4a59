package e2e_test

import "testing"

func TestWhoSaysNoComesBackToTheApp(t *testing.T) {
	onBothEngines(t, func(t *testing.T, w *world) {
		b := newWindow(t)
		b.open(w.app.URL + "/login")
		b.signIn(w.bo)
		b.click("#cancel")
		b.seeAt(w.app.URL+"/callback", "#again")
		b.seeText("Sign-in cancelled")

		// A denied consent is not stored: the next try asks again.
		b.click("#again")
		b.seeAt(w.secondary.URL+"/consent", "#allow")
		b.click("#allow")
		b.seeAt(w.app.URL+"/", "#email")
	})
}

func TestWhoSaysNoAtThePrimaryCanStillChooseAnotherWay(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		b := newWindow(t)
		b.open(w.app.URL + "/login")
		b.click(toPrimary)
		b.seeAt(w.primary.URL, "#email")
		b.signIn(w.ada)
		b.click("#cancel")

		b.seeAt(w.secondary.URL+"/signin/from/", "#action")
		b.press("#action")
		b.seeText("to continue to Sample app")
		b.signIn(w.bo)
		b.click("#allow")
		b.seeAt(w.app.URL+"/", "#email")
	})
}
