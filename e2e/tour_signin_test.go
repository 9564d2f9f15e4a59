package e2e_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/cmd/fedhub/demo"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/operator"
)

func signInPages(t *testing.T, o *tour) {
	fresh := newSite(t, "Fresh hub")
	link, err := fresh.Hub.SetupLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b := newWindow(t)
	b.open(link)
	o.stop(b, "setup: the form")
	b.fill("#email", "not an address")
	b.fill("#password", "short")
	b.pressIgnoringHints("#set-up")
	o.stop(b, "setup: with mistakes")

	open, box := newMailingSite(t, "Open hub")
	b = newWindow(t)
	b.open(open.URL + "/signin")
	b.press("#sign-up")
	o.stop(b, "signup: for the account")
	b.fill("#email", "grace@example.org")
	b.press("#send-link")
	b.open(linkIn(t, box))
	o.stop(b, "signupform: the form")
	b.fill("#password", "short")
	b.pressIgnoringHints("#create")
	o.stop(b, "signupform: with mistakes")

	w := newWorld(t, "")
	b.open(w.secondary.URL + "/password/forgot")
	o.stop(b, "forgot: without emails")
	b = newWindow(t)
	b.open(w.secondary.URL + "/signin")
	o.stop(b, "signin: for the account")
	b.open(w.app.URL + "/login")
	o.stop(b, "signin: on the way to an app")
	b.fill("#email", w.bo.Email)
	b.fill("#password", "not the password at all")
	b.press("#sign-in")
	o.stop(b, "signin: a wrong password")
	b.signIn(w.bo)
	o.stop(b, "consent: for an app")
	b.click("#allow")
	b.seeAt(w.app.URL+"/", "#email")

	b.open(w.secondary.URL + "/signout")
	o.stop(b, "signout: with an app")
	b.press("#sign-out")
	o.stop(b, "signedout: done")
}

func upstreamPages(t *testing.T, o *tour) {
	w := newWorld(t, "")
	// Ada has an account at the secondary too, which is not connected yet.
	local := person(t, w.secondary.Operator, "Ada at the branch", w.ada.Email)
	b := newWindow(t)
	b.open(w.app.URL + "/login")
	b.click(toPrimary)
	b.seeAt(w.primary.URL, "#email")
	o.stop(b, "signin: for a server that speaks for itself")
	b.signIn(w.ada)
	o.stop(b, "consent: for a server that speaks for itself")
	b.click("#allow")
	b.seeAt(w.secondary.URL+"/signin/link", "#connect")
	o.stop(b, "link: asking for the password")
	b.fill("#password", "not the password at all")
	b.press("#connect")
	o.stop(b, "link: a wrong password")
	b.fill("#password", local.Password)
	b.press("#connect")
	b.see("#allow")

	b = newWindow(t)
	b.open(w.secondary.URL + "/signin?to=/account")
	b.signIn(w.bo)
	b.open(authorize(t, w.secondary, silent(t)+"/callback", "openid profile email phone address roles offline_access files:write"))
	o.stop(b, "consent: with everything")
	b.click("#allow")
	b.see("#continue")
	o.stop(b, "continue: to an app")
}

// silent is an app that answers without a page. That keeps the browser where it
// is, so the page on the way can be looked at.
func silent(t *testing.T) string {
	t.Helper()
	return serve(t, func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusNoContent) })
}

// authorize registers an app and returns its authorization request.
func authorize(t *testing.T, at demo.Hub, redirect, scope string) string {
	t.Helper()
	c := newClient(t, at.Operator, redirect, func(c *clients.Client) {
		c.Scopes = []string{"openid", "profile", "email", "phone", "address", "roles", "offline_access", "files:write"}
	})
	return at.URL + "/oauth2/authorize?" + requestOf(c.ID, redirect, scope).Encode()
}

func newClient(t *testing.T, at *operator.Service, redirect string, change ...func(*clients.Client)) clients.Client {
	t.Helper()
	c := clients.Client{Name: "Payroll of the northern branch", Type: clients.Web, GrantTypes: []string{clients.GrantRefresh}, RedirectURIs: []string{redirect}}
	for _, edit := range change {
		edit(&c)
	}
	c, _, err := at.AddClient(t.Context(), audit.Named("test"), c)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// requestOf is a valid authorization request.
func requestOf(clientID, redirect, scope string) url.Values {
	return url.Values{
		"client_id": {clientID}, "redirect_uri": {redirect}, "response_type": {"code"}, "scope": {scope}, "state": {"s"},
		"code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"},
	}
}

func problemPages(t *testing.T, o *tour) {
	w := newWorld(t, "")
	b := newWindow(t)
	b.open(w.secondary.URL + "/no/such/page")
	o.stop(b, "problem: nothing at this address")
	b.open(w.secondary.URL + "/oauth2/authorize?client_id=unknown&redirect_uri=https://elsewhere.example/")
	o.stop(b, "problem: an unknown app")
	c := newClient(t, w.secondary.Operator, "https://app.example.org/callback")
	b.open(w.secondary.URL + "/oauth2/authorize?" + requestOf(c.ID, "https://elsewhere.example/callback", "openid").Encode())
	b.click("#developers summary")
	o.stop(b, "problem: an address that is not registered")
	b.open(w.secondary.URL + "/signin?flow=gone")
	o.stop(b, "problem: a sign-in that is over")
	b.open(w.secondary.URL + "/setup?token=used")
	o.stop(b, "problem: a setup link that was used")

	b.open(w.app.URL + "/login")
	b.click(toPrimary)
	b.seeAt(w.primary.URL, "#email")
	b.signIn(w.ada)
	b.click("#cancel")
	b.seeAt(w.secondary.URL+"/signin/from/", "#action")
	o.stop(b, "problem: said no elsewhere")

	b.open(w.primary.URL + "/admin/clients")
	o.stop(b, "problem: for administrators only")
	b.open(w.secondary.URL + "/signin")
	b.signIn(w.bo)
	two := b.another()
	two.open(w.secondary.URL + "/account/profile")
	b.open(w.secondary.URL + "/signout")
	b.press("#sign-out")
	b.open(w.secondary.URL + "/signin")
	b.signIn(w.bo)
	two.press("#save")
	o.stop(two, "problem: an outdated form")
	b.open(w.secondary.URL + "/account")
	waitingPages(t, o)
}

// waitingPages are the pages before an administrator has decided.
func waitingPages(t *testing.T, o *tour) {
	t.Helper()
	primary, secondary := newSite(t, "Head office"), newSite(t, "Branch")
	key := join(t, primary, secondary)
	b := newWindow(t)
	b.open(primary.URL + "/oauth2/authorize?" + requestOf(secondary.Hub.ClientMetadata(key.ID), secondary.URL+"/signin/from/"+key.ID, "openid").Encode())
	o.stop(b, "waiting: for approval")
}

func accountPages(t *testing.T, o *tour) {
	w := newWorld(t, "")
	b := newWindow(t)
	b.open(w.primary.URL + "/signin")
	b.signIn(w.ada)
	o.stop(b, "account: empty")
	b.open(w.primary.URL + "/signin/prove?to=/account")
	o.stop(b, "prove: by the password")
	b.fill("#prove_password", "not the password at all")
	b.press("#confirm")
	o.stop(b, "prove: with a wrong one")
	b.open(w.primary.URL + "/account")
	b.press("#edit-profile")
	o.stop(b, "profile: the form")
	b.fill("#nickname", "Countess")
	b.fill("#phone_number", "tomorrow")
	b.press("#save")
	o.stop(b, "profile: with mistakes")
	b.fill("#phone_number", "")
	b.press("#save")
	b.see("#notice")
	b.open(w.primary.URL + "/account/activity")
	o.stop(b, "activity: a few events")
	b.press("a[href^='/account/activity/wasnt-me']")
	o.stop(b, "disown: a change")
	b.open(w.primary.URL + "/account/activity?before=0")
	o.stop(b, "activity: none that are older")
	b.open(w.primary.URL + "/account/security")
	o.stop(b, "security: a few things are missing")
	b.open(w.primary.URL + "/account/data")
	o.stop(b, "data: download and delete")
	b.press("#delete")
	o.stop(b, "deleteaccount: the form")
	b.fill("#confirm", "somebody else")
	b.press("#delete")
	o.stop(b, "deleteaccount: a mistake")
	b.fill("#confirm", w.ada.Email)
	b.press("#delete")
	o.stop(b, "deletionpending: the button")
	b.open(w.primary.URL + "/account/data")
	o.stop(b, "data: a deletion is pending")
	b.open(w.primary.URL + "/account")
	o.stop(b, "account: a deletion is pending")
	b.open(w.primary.URL + "/account/delete")
	b.press("#keep")
	b.see("#notice")
	b.plugIn()
	b.open(w.primary.URL + "/account/passkeys")
	o.stop(b, "passkeys: none")
	b.press("#add-passkey")
	b.see("#notice")
	o.stop(b, "passkeys: one was added")
	b.open(w.primary.URL + "/signin/prove?to=/account")
	o.stop(b, "prove: by a passkey too")
	b.press("#use-passkey")
	b.open(w.primary.URL + "/account/passkeys")
	b.press("form[action='/account/passkeys/remove'] button") // it would be asked for as a second factor below
	b.see("#notice")
	b.open(w.primary.URL + "/account")
	b.press("#to-sign-out")
	o.stop(b, "signout: without apps")

	elsewhere := newWindow(t)
	elsewhere.throughAllThree(w)
	b = newWindow(t)
	b.throughAllThreeAgain(w)
	b.open(w.secondary.URL + "/account")
	o.stop(b, "account: filled")
	b.press("form[action='/account/sessions/end'] button")
	b.see("#notice")
	o.stop(b, "account: after signing out elsewhere")
}

// throughAllThreeAgain is throughAllThree for a user who gave consent before.
func (b *tab) throughAllThreeAgain(w *world) {
	b.t.Helper()
	b.open(w.app.URL + "/login")
	b.click(toPrimary)
	b.seeAt(w.primary.URL+"/signin", "#email")
	b.signIn(w.ada)
	b.seeAt(w.app.URL+"/", "#email")
}

// join adds the primary's Base URL to the secondary.
func join(t *testing.T, primary, secondary *site) loginKey {
	t.Helper()
	key, err := secondary.Hub.AddLoginKey(t.Context(), audit.Named("test"), loginKey{Kind: "peer", Name: "Head office", BaseURL: primary.URL, Enabled: true}, "", "")
	if err != nil {
		t.Fatal(err)
	}
	return key
}
