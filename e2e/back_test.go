package e2e_test

import "testing"

func TestTheBackButtonLeadsToNoDeadEnd(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		b := newWindow(t)
		b.throughAllThree(w)
		b.backToTheBeginning(w)
	})
}

func TestTheBackButtonAfterAMistypedPasswordAsksToResendNothing(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		b := newWindow(t)
		b.open(w.app.URL)
		b.press("#sign-in")
		b.fill("#email", w.bo.Email)
		b.fill("#password", "not the password at all")
		b.press("#sign-in")
		b.see("#problems")
		b.signIn(w.bo)
		b.click("#allow")
		b.seeAt(w.app.URL+"/", "#email")
		b.backToTheBeginning(w)
	})
}

// backToTheBeginning presses Back until there is nothing left. Every page on
// the way is one that a person can go on from, and none is sent again.
func (b *tab) backToTheBeginning(w *world) {
	b.t.Helper()
	for range 20 {
		b.seen.forget()
		if !b.back() {
			b.seeAt(w.app.URL+"/", "h1")
			return
		}
		b.see("h1")
		for _, q := range b.seen.all() {
			if q.method == "POST" {
				b.t.Errorf("going back sent a form again: %s %s", q.method, q.url)
			}
			if q.document && q.status >= 500 {
				b.t.Errorf("going back to %s is answered with %d", q.url, q.status)
			}
		}
		if !b.has("main a[href], main form button") {
			b.t.Errorf("the page at %s is a dead end:\n%s", b.address(), b.text())
		}
	}
	b.t.Error("there is no end to going back")
}
