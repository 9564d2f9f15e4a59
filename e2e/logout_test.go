package e2e_test

import "testing"

func TestSigningOutAtThePrimaryEndsTheSessionsEverywhere(t *testing.T) {
	onBothEngines(t, func(t *testing.T, w *world) {
		b := newWindow(t)
		b.throughAllThree(w)

		b.open(w.primary.URL + "/account")
		b.press("#to-sign-out")
		b.seeText("You will also be signed out of these apps")
		b.press("#sign-out")
		b.seeText("You are signed out")

		// The secondary got a logout token from the primary and sent one to the
		// app. Both are back-channel requests, so the page is polled.
		b.openUntil(w.secondary.URL+"/account", "#email")
		want(t, "where the secondary's account page leads", b.path(), "/signin")
		b.openUntil(w.app.URL, "#sign-in")
		b.seeText("The hub asks")
	})
}

func TestSigningOutEverywhereEndsTheOtherBrowserToo(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		here, there := newWindow(t), newWindow(t)
		for _, b := range []*tab{here, there} {
			b.open(w.secondary.URL + "/signin")
			b.signIn(w.bo)
			b.see("#sign-out-everywhere")
		}
		here.press("#sign-out-everywhere")
		here.seeText("You are signed out")
		there.open(w.secondary.URL + "/account")
		there.seeAt(w.secondary.URL+"/signin", "#email")
	})
}

// openUntil opens an address again and again until there is such an element.
func (b *tab) openUntil(address, selector string) {
	b.t.Helper()
	b.open(address)
	for !b.has(selector) {
		if b.t.Context().Err() != nil {
			b.t.Fatalf("%s never has %s", address, selector)
		}
		b.open(address)
	}
}
