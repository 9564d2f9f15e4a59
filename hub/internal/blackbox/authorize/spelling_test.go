package authorize_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// odd are redirect URIs of real apps, with their origin in browsers and the
// source for a Content-Security-Policy.
var odd = []struct{ address, origin, source string }{
	{"https://app.example.com:443/cb", "https://app.example.com", "https://app.example.com"},
	{"https://APP.Example.com/cb", "https://app.example.com", "https://app.example.com"},
	{"HTTPS://app.example.com/cb", "https://app.example.com", "https://app.example.com"},
	{"https://my_app.corp.example/cb", "https://my_app.corp.example", "https://*.corp.example"},
	{"https://app.example.com/a%2Fb/(c)/$d/'e'?x=('$')", "https://app.example.com", "https://app.example.com"},
	{"https://app.example.com:8443/100%25", "https://app.example.com:8443", "https://app.example.com:8443"},
}

// The response goes to the registered spelling of the redirect URI only.
func TestAnAnswerGoesToTheRegisteredSpelling(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	for _, row := range odd {
		a, b := w.App(func(c *clients.Client) {
			c.RedirectURIs, c.PostLogoutRedirectURIs = []string{row.address}, []string{row.address}
		}), w.Browser()
		answered := func(what string, p hubtest.Page) url.Values {
			t.Helper()
			sep := "?"
			if strings.Contains(row.address, "?") {
				sep = "&"
			}
			rest, found := strings.CutPrefix(p.Location, row.address+sep)
			if !found {
				t.Fatalf("%s, %s: went to %q:\n%s", row.address, what, p.Location, p.Body)
			}
			values, err := url.ParseQuery(rest)
			if err != nil {
				t.Fatal(err)
			}
			return values
		}
		p := b.SignIn(b.Authorize(a.Request("redirect_uri", row.address)), "ada@example.org")
		hubtest.Want(t, row.address+": where the consent page says it leads", strings.Contains(p.Body, ">"+row.origin+"<"), true)
		code := answered("allowed", b.Submit(p, "/consent", "decision", "allow")).Get("code")
		hubtest.Want(t, row.address+": redeemed", a.Redeem(code, "redirect_uri", row.address).Status, 200)
		hubtest.Want(t, row.address+": an error", answered("an error", b.Authorize(a.Request("redirect_uri", row.address, "scope", "openid phone"))).Get("error"), "invalid_scope")
		code = answered("again", b.Authorize(a.Request("redirect_uri", row.address))).Get("code")
		hubtest.Refused(t, row.address+": another spelling at the token endpoint", a.Redeem(code, "redirect_uri", row.origin+"/other"), 400, "invalid_grant")
		for _, other := range odd {
			if other.address != row.address {
				hubtest.RefusedPage(t, row.address+": "+other.address, b.Authorize(a.Request("redirect_uri", other.address)))
			}
		}
		browser := b.With("Sec-Fetch-Dest", "document")
		p = browser.Authorize(a.Request("redirect_uri", row.address))
		hubtest.Want(t, row.address+": the page that goes on", strings.HasPrefix(p.Header.Get("Refresh"), "0; url="+row.address), true)
	}
}

func TestAFormLeadsToAnOddSpellingToo(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	w.Policy("open")
	for _, row := range odd {
		a, b := w.App(func(c *clients.Client) { c.RedirectURIs = []string{row.address} }), w.Browser()
		p := b.Submit(b.SignIn(b.Authorize(a.Request("redirect_uri", row.address, "response_mode", "form_post")), "ada@example.org"), "/consent", "decision", "allow")
		action := `action="` + strings.NewReplacer("'", "&#39;").Replace(row.address) + `"`
		hubtest.Want(t, row.address+": the form", strings.Contains(p.Body, action), true)
		own, _ := w.Registered(hubtest.Metadata{"redirect_uris": []string{row.address}})
		p = b.With("Sec-Fetch-Dest", "document").Authorize(own.Request("redirect_uri", row.address, "response_mode", "form_post", "scope", "openid phone sessions", "prompt", "create"))
		hubtest.Want(t, row.address+": the form of an error", strings.Contains(p.Body, action), true)
		csp := p.Header.Get("Content-Security-Policy")
		hubtest.Want(t, row.address+": where forms lead ("+csp+")", strings.Contains(csp, "form-action "+row.source+";"), true)
	}
}

// A policy that cannot express the host would have to allow a whole top-level
// domain. Then the page has a link for the error instead of a form.
func TestAFormNeverLeadsToADomainOfStrangers(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Policy("open")
	for _, address := range []string{"https://my_app.com/cb", "https://my_app.co.uk/cb?x=1", "https://[2001:db8::1]/cb"} {
		a, _ := w.Registered(hubtest.Metadata{"redirect_uris": []string{address}})
		p := w.Browser().With("Sec-Fetch-Dest", "document").Authorize(a.Request("redirect_uri", address, "response_mode", "form_post", "scope", "openid phone sessions", "prompt", "create"))
		csp := p.Header.Get("Content-Security-Policy")
		hubtest.Want(t, address+": where forms lead ("+csp+")", strings.Contains(csp, "form-action 'self';"), true)
		hubtest.Want(t, address+": a form", strings.Contains(p.Body, `action="`+address), false)
		hubtest.Want(t, address+": the link, with the error", strings.Contains(p.Body, `href="`+address) && strings.Contains(p.Body, "error=invalid_scope"), true)
	}
}

// Nothing is loaded from a host that the policy cannot express.
func TestNoImageMakesAPolicyWide(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	for _, logo := range []string{"https://my_app.com/logo.png", "https://my_app.corp.example/logo.png", "https://[2001:db8::1]/logo.png"} {
		csp := w.Browser().Authorize(w.App(func(c *clients.Client) { c.LogoURI = logo }).Request()).Header.Get("Content-Security-Policy")
		hubtest.Want(t, logo+": the policy's images ("+csp+")", strings.Contains(csp, "img-src 'self' data:;"), true)
	}
}

// The scheme of an installed app, without a host (Immich).
func TestAnAppsOwnSchemeNeedsNoHost(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	const immich = "app.immich:///oauth-callback"
	a := w.App(func(c *clients.Client) {
		c.Type, c.AuthMethod, c.RedirectURIs = clients.Native, clientauth.MethodNone, []string{immich}
	})
	b := w.Browser()
	p := b.SignIn(b.Authorize(a.Request("redirect_uri", immich)), "ada@example.org")
	hubtest.Want(t, "where the consent page says it leads", strings.Contains(p.Body, ">app.immich:<"), true)
	p = b.Submit(p, "/consent", "decision", "allow")
	hubtest.Want(t, "the answer ("+p.Location+")", strings.HasPrefix(p.Location, immich+"?"), true)
	answer, err := url.Parse(p.Location)
	if err != nil {
		t.Fatal(err)
	}
	hubtest.Want(t, "redeemed", a.Redeem(answer.Query().Get("code"), "redirect_uri", immich).Status, 200)
	page := b.With("Sec-Fetch-Dest", "document")
	p = page.Submit(page.Authorize(a.Request("redirect_uri", immich)), "/consent", "decision", "allow")
	hubtest.Want(t, "the page that goes on", strings.HasPrefix(p.Header.Get("Refresh"), "0; url="+immich+"?"), true)
	hubtest.Want(t, "its link", strings.Contains(p.Body, `href="`+immich+`?`), true)
	for _, other := range []string{"app.immich:/oauth-callback", "app.immich://oauth-callback", "app.immich:////oauth-callback", "APP.immich:///oauth-callback"} {
		hubtest.RefusedPage(t, other, b.Authorize(a.Request("redirect_uri", other)))
	}
}

// CORS compares the origin in the browser's spelling.
func TestAPageIsOfTheOriginThatBrowsersName(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	for _, row := range odd {
		w.App(func(c *clients.Client) {
			c.Type, c.AuthMethod, c.RedirectURIs = clients.SPA, clientauth.MethodNone, []string{row.address}
		})
		r := w.Across("POST", "/oauth2/token", row.origin, url.Values{"grant_type": {"authorization_code"}})
		w.AllowsOrigin(row.address, r, row.origin)
	}
	w.AllowsOrigin("another", w.Across("POST", "/oauth2/token", "https://APP.example.com", url.Values{"grant_type": {"authorization_code"}}), "")
}

func TestOddSpellingsAreTypedOnThePage(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	b := w.Operator()
	var all []string
	for _, row := range odd {
		all = append(all, row.address)
	}
	c := b.Saved(w.App(), "redirect_uris", strings.Join(all, "\r\n"), "default_redirect_uri", "", "post_logout_redirect_uris", strings.Join(all, "\r\n"))
	hubtest.Want(t, "kept as typed", strings.Join(c.RedirectURIs, " "), strings.Join(all, " "))
	hubtest.Want(t, "after signing out", strings.Join(c.PostLogoutRedirectURIs, " "), strings.Join(all, " "))
	a := &hubtest.App{W: w, Client: c}
	path := "/admin/clients/" + c.ID
	for _, wrong := range []string{"https:///cb", "https://app.example.com/a/%2e%2e/cb", "https://app.example.com/..%2fcb", "https://ada@app.example.com:443/cb", "https://0x7f.1:443/cb", "javascript://app.example.com/cb", "https://*.example.com/cb"} {
		if p := b.Submit(b.Open(path), path, "redirect_uris", wrong); p.Status != 422 {
			t.Errorf("%s: got %d", wrong, p.Status)
		}
	}
	kept, err := w.Hub.Client(t.Context(), a.ID)
	if err != nil || strings.Join(kept.RedirectURIs, " ") != strings.Join(all, " ") {
		t.Errorf("got %q, %v", kept.RedirectURIs, err)
	}
}
