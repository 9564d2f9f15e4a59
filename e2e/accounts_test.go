package e2e_test

import "testing"

// severalPages are the pages of a browser with several accounts.
func severalPages(t *testing.T, o *tour) {
	w := newWorld(t, "")
	person(t, w.secondary.Operator, "Ada at the branch", "ada.branch@example.org")
	b := newWindow(t)
	b.open(w.app.URL + "/login")
	b.signIn(w.bo)
	b.click("#allow")
	b.seeAt(w.app.URL+"/", "#email")
	ask := authorize(t, w.secondary, silent(t)+"/callback", "openid")
	b.open(ask + "&prompt=login")
	o.stop(b, "signin: confirm who you are")
	b.open(ask + "&prompt=select_account")
	o.stop(b, "choose: one account")
	b.open(w.secondary.URL + "/signin?switch=1")
	b.signIn(w.secondary.Admin)
	o.stop(b, "account: with the address")
	page := b.another()
	page.open(w.secondary.URL + "/account/profile")
	b.open(w.secondary.URL + "/signin/choose")
	o.stop(b, "choose: two accounts")
	b.press("#account-1")
	page.press("#save")
	page.seeText("This page belongs to " + w.secondary.Admin.Email)
	o.stop(page, "problem: a form of another account")
	b.open(w.secondary.URL + "/signout")
	o.stop(b, "signout: of one of two accounts")
	b.press("#sign-out")
	b.see("#choose-account")
	o.stop(b, "signedout: another account stays")
	b.press("#choose-account")
	o.stop(b, "choose: signed in and signed out")
}

// A user has two accounts in one browser, chooses between them on the way to an
// app, and forgets one.
func TestTwoAccountsInOneBrowser(t *testing.T) {
	onBothEngines(t, func(t *testing.T, w *world) {
		b := newWindow(t)
		b.open(w.app.URL + "/login")
		b.signIn(w.bo)
		b.click("#allow")
		b.seeAt(w.app.URL+"/", "#email")

		// The other account joins, and the first one is still signed in.
		b.open(w.secondary.URL + "/account")
		b.press("#to-accounts")
		b.press("#switch-account")
		b.signIn(w.secondary.Admin)
		b.seeText(w.secondary.Admin.Email)
		b.press("#to-accounts")
		b.seeText(w.bo.Email)
		b.press("#account-1")
		b.seeText(w.bo.Email)

		// An app of which nobody is sure asks; the user goes back to it.
		ask := authorize(t, w.secondary, silent(t)+"/callback", "openid")
		b.open(ask + "&prompt=select_account")
		b.press("#account-1")
		b.see("#allow")
		b.seeText(w.secondary.Admin.Email)
		b.press("#switch-account")
		b.press("#account-1")
		b.see("#allow")
		b.seeText(w.bo.Email)

		b.open(w.secondary.URL + "/signin/choose")
		b.press("#sign-out-all")
		b.seeText("You are signed out")
		b.open(w.secondary.URL + "/signin/choose")
		b.press("#forget-1")
		if b.has("#account-1") || !b.has("#account-0") {
			t.Errorf("the accounts are:\n%s", b.text())
		}
		b.press("#account-0")
		b.see("#password")
	})
}
