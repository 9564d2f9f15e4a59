package e2e_test

import (
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"sync"
	"testing"

	"golang.org/x/oauth2"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/audit"
)

// A leavingApp is an app that watches its session at the hub, sends users to
// end_session_endpoint, and has a front-channel logout URI.
type leavingApp struct {
	t        *testing.T
	URL      string
	site     *site
	config   oauth2.Config
	verifier string

	mu      sync.Mutex
	idToken string
	frames  []url.Values // queries of the requests to the front-channel logout URI
}

func newLeavingApp(at *site) *leavingApp {
	at.t.Helper()
	a := &leavingApp{t: at.t, site: at, verifier: oauth2.GenerateVerifier()}
	mux := http.NewServeMux()
	mux.HandleFunc("/callback", a.callback)
	mux.HandleFunc("/front", a.front)
	mux.HandleFunc("/bye", a.bye)
	mux.HandleFunc("/favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	a.URL = serve(at.t, mux.ServeHTTP)
	c, secret, err := at.Hub.AddClient(at.t.Context(), audit.Named("test"), clients.Client{
		Name: "Payroll", Type: clients.Web, RedirectURIs: []string{a.URL + "/callback"},
		PostLogoutRedirectURIs: []string{a.URL + "/bye"},
		FrontchannelLogoutURI:  a.URL + "/front", FrontchannelLogoutSession: true,
	})
	if err != nil {
		at.t.Fatal(err)
	}
	a.config = oauth2.Config{ClientID: c.ID, ClientSecret: secret, RedirectURL: a.URL + "/callback", Scopes: []string{"openid"},
		Endpoint: oauth2.Endpoint{AuthURL: at.URL + "/oauth2/authorize", TokenURL: at.URL + "/oauth2/token"}}
	return a
}

// watching is the app's page. It asks the hub's check_session_iframe for the
// session state on load and on every click (OIDC Session Management §3.1).
var watching = template.Must(template.New("").Parse(`<!doctype html><html lang="en"><title>Payroll</title>
<h1>Payroll</h1><p id="session">not known yet</p><button id="ask">Ask</button>
<iframe id="hub" src="{{.Frame}}" title="hub"></iframe>
<script>
var ask = function () { document.getElementById("hub").contentWindow.postMessage({{.Message}}, {{.Hub}}); };
window.addEventListener("message", function (e) {
  if (e.origin === {{.Hub}}) { document.getElementById("session").textContent = "the session is " + e.data; }
});
document.getElementById("ask").onclick = ask;
document.getElementById("hub").onload = ask;
</script>`))

func (a *leavingApp) callback(w http.ResponseWriter, r *http.Request) {
	token, err := a.config.Exchange(r.Context(), r.FormValue("code"), oauth2.VerifierOption(a.verifier))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	a.mu.Lock()
	a.idToken, _ = token.Extra("id_token").(string)
	a.mu.Unlock()
	err = watching.Execute(w, map[string]string{
		"Frame": a.site.URL + "/oauth2/session", "Hub": a.site.URL, "Message": a.config.ClientID + " " + r.FormValue("session_state"),
	})
	if err != nil {
		a.t.Error(err)
	}
}

func (a *leavingApp) front(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.frames = append(a.frames, r.URL.Query())
	fmt.Fprint(w, "<!doctype html><title>out</title>")
}

func (a *leavingApp) bye(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintf(w, `<!doctype html><html lang="en"><title>Payroll</title><h1 id="bye">Goodbye</h1><p id="state">%s</p>`,
		template.HTMLEscapeString(r.URL.Query().Get("state")))
}

// heard are the requests to the front-channel logout URI so far.
func (a *leavingApp) heard() []url.Values {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]url.Values(nil), a.frames...)
}

func TestAnAppSignsItsPersonOutAndItsOtherTabSeesIt(t *testing.T) {
	t.Parallel()
	at := newSite(t, "Head office")
	a := newLeavingApp(at)
	b := newWindow(t)
	b.open(a.config.AuthCodeURL("s", oauth2.S256ChallengeOption(a.verifier)))
	b.signIn(person(t, at.Hub.Service, "Ada Lovelace", "ada@example.org"))
	b.press("#allow")
	b.seeText("the session is unchanged")

	const state = `a b&c=d"<>'%+#`
	leaving := b.another()
	leaving.open(at.URL + "/oauth2/logout?" + url.Values{
		"id_token_hint": {a.idToken}, "post_logout_redirect_uri": {a.URL + "/bye"}, "state": {state},
	}.Encode())
	leaving.see("#bye")
	want(t, "the state", leaving.read("#state"), state)
	heard := a.heard()
	want(t, "frames loaded", len(heard), 1)
	want(t, "iss", heard[0].Get("iss"), at.URL)
	want(t, "parameters", len(heard[0]), 2)

	b.click("#ask")
	b.seeText("the session is changed")
}

func TestSigningOutTellsAppsInTheBrowserWithoutScriptToo(t *testing.T) {
	t.Parallel()
	at := newSite(t, "Head office")
	a := newLeavingApp(at)
	b := newWindow(t)
	b.open(a.config.AuthCodeURL("s", oauth2.S256ChallengeOption(a.verifier)))
	b.signIn(person(t, at.Hub.Service, "Ada Lovelace", "ada@example.org"))
	b.press("#allow")
	b.seeText("the session is unchanged")

	b.withoutScripts()
	b.open(at.URL + "/signout")
	b.press("#sign-out")
	b.seeText("You are signed out")
	b.see("#sign-in-again") // which the Refresh header leads to
	want(t, "frames loaded", len(a.heard()), 1)
}
