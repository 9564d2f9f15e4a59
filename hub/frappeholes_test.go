package hub_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
)

// Tests named after what Frappe's own provider leaves open, by the number of
// the report at github.com/frappe/frappe. docs/frappe.md has the list.

// anotherSite is a second site, which must not profit from the first.
func (w *world) anotherSite() *app {
	w.Helper()
	return w.site(clients.FrappeProvider, func(c *clients.Client) {
		*c = clients.NewFrappeSite("https://other.example.com", clients.FrappeProvider)
	})
}

// asSite is a form with a site's credentials in the body.
func (a *app) asSite(path string, pairs ...string) reply {
	a.w.Helper()
	return a.w.raw(frappePath+path, edited(url.Values{"client_id": {a.ID}, "client_secret": {a.Secret}}, pairs).Encode())
}

// No endpoint answers a client that does not prove itself.
func TestFrappeHole6080SecretsAreChecked(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a, b := w.site(clients.FrappeProvider), w.browser()
	code := a.codeFor(t, b, "ada@example.org", "s")
	tokens := a.enter(t, b, "ada@example.org")
	for _, secret := range []string{"", "wrong", a.Secret[:len(a.Secret)-1], a.Secret + "x"} {
		for path, form := range map[string][]string{
			"get_token":        {"grant_type", "authorization_code", "code", code, "redirect_uri", erpCallback},
			"get_token ":       {"grant_type", "refresh_token", "refresh_token", tokens.str("refresh_token")},
			"revoke_token":     {"token", tokens.str("access_token")},
			"introspect_token": {"token", tokens.str("access_token")},
		} {
			refused(t, path+" with "+secret, a.asSite(strings.TrimSpace(path), append(form, "client_secret", secret)...), 401, "invalid_client")
		}
	}
	want(t, "the code is still good", w.raw(frappePath+"get_token", a.siteForm(code)).Status, 200)
	want(t, "and the tokens", a.active(tokens.str("access_token")), true)
	if kept := dump(t, w); strings.Contains(kept, a.Secret) || strings.Contains(kept, tokens.str("refresh_token")) || strings.Contains(kept, tokens.str("access_token")) {
		t.Error("a secret or a token lies open in the database")
	}
}

// Each client proves itself in its own way and in one way at a time.
func TestFrappeHole41546TheWayOfAClientIsPinned(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	basic := w.app(onItsOwn)
	post := w.app(onItsOwn, func(c *clients.Client) { c.AuthMethod = clients.MethodPost })
	form := "grant_type=client_credentials"
	in := func(a *app) string {
		return form + "&client_id=" + a.ID + "&client_secret=" + url.QueryEscape(a.Secret)
	}
	want(t, "in the header, as registered", basic.post(frappePath+"get_token", forItself...).Status, 200)
	want(t, "in the body, as registered", w.raw(frappePath+"get_token", in(post)).Status, 200)
	refused(t, "in the body, registered for the header", w.raw(frappePath+"get_token", in(basic)), 401, "invalid_client")
	refused(t, "in the header, registered for the body", post.post(frappePath+"get_token", forItself...), 401, "invalid_client")
	refused(t, "not at all", w.raw(frappePath+"get_token", form+"&client_id="+post.ID), 401, "invalid_client")
	refused(t, "both", basic.post(frappePath+"get_token", append([]string{"client_id", basic.ID, "client_secret", basic.Secret}, forItself...)...), 400, "invalid_request")
}

func TestFrappeHole33395BasicWorks(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.site(clients.FrappeProvider)
	r := a.post(frappePath+"get_token", "grant_type", "authorization_code", "code", a.codeFor(t, w.browser(), "ada@example.org", "s"), "redirect_uri", erpCallback)
	want(t, "in the header", r.Status, 200)
	wrong := &app{w: w, Client: a.Client, Secret: "wrong"}
	r = wrong.post(frappePath+"get_token", "grant_type", "authorization_code", "code", "x", "redirect_uri", erpCallback)
	refused(t, "wrong", r, 401, "invalid_client")
	if !strings.HasPrefix(r.Header.Get("WWW-Authenticate"), "Basic ") {
		t.Errorf("the challenge is %q", r.Header.Get("WWW-Authenticate"))
	}
	want(t, "no challenge where the body was wrong", wrong.asSite("get_token", "grant_type", "authorization_code", "code", "x").Header.Get("WWW-Authenticate"), "")
}

// A code is for the redirect URI that it was asked for, although the client
// has others.
func TestFrappeHole41533ACodeIsBoundToItsRedirectURI(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.site(clients.FrappeProvider)
	for what, sent := range map[string]string{"another one of the client": a.RedirectURIs[1], "none": "", "anybody's": "https://evil.example"} {
		code := a.codeFor(t, w.browser(), "ada@example.org", "s")
		refused(t, what, a.asSite("get_token", "grant_type", "authorization_code", "code", code, "redirect_uri", sent), 400, "invalid_grant")
	}
}

func TestFrappeHole41535CodesExpireAndTheirReuseRevokes(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a, b := w.site(clients.FrappeProvider), w.browser()
	late := a.codeFor(t, b, "ada@example.org", "s")
	w.clock.skip(61 * time.Second)
	refused(t, "after a minute", w.raw(frappePath+"get_token", a.siteForm(late)), 400, "invalid_grant")
	code := a.codeFor(t, b, "ada@example.org", "s")
	tokens := w.raw(frappePath+"get_token", a.siteForm(code))
	want(t, "in time", tokens.Status, 200)
	refused(t, "again", w.raw(frappePath+"get_token", a.siteForm(code)), 400, "invalid_grant")
	want(t, "what it gave", a.active(tokens.str("access_token")), false)
	refused(t, "what would go on", a.asSite("get_token", "grant_type", "refresh_token", "refresh_token", tokens.str("refresh_token")), 400, "invalid_grant")
}

func TestFrappeHole41534ARefreshTokenIsItsClientsAlone(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a, other := w.site(clients.FrappeProvider), w.anotherSite()
	tokens := a.enter(t, w.browser(), "ada@example.org")
	refused(t, "another client", other.asSite("get_token", "grant_type", "refresh_token", "refresh_token", tokens.str("refresh_token")), 400, "invalid_grant")
	refused(t, "nobody", w.raw(frappePath+"get_token", "grant_type=refresh_token&refresh_token="+tokens.str("refresh_token")), 401, "invalid_client")
	want(t, "another's revocation", other.asSite("revoke_token", "token", tokens.str("access_token")).Body, "{}")
	want(t, "changes nothing", a.active(tokens.str("access_token")), true)
}

func TestFrappeHole40968OldTokensEndAtARefresh(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.site(clients.FrappeProvider)
	first := a.enter(t, w.browser(), "ada@example.org")
	form := []string{"grant_type", "refresh_token", "redirect_uri", erpCallback, "refresh_token"}
	second := a.asSite("get_token", append(form, first.str("refresh_token"))...)
	want(t, "once, with a redirect_uri", second.Status, 200)
	refused(t, "the old one", a.asSite("get_token", append(form, first.str("refresh_token"))...), 400, "invalid_grant")
	refused(t, "and then the new one too", a.asSite("get_token", append(form, second.str("refresh_token"))...), 400, "invalid_grant")
	want(t, "and all access", a.active(second.str("access_token")), false)
	before := strings.Count(dump(t, w), "\n")
	w.clock.skip(400 * 24 * time.Hour)
	if _, err := w.backend.Sweep(t.Context(), w.clock.now()); err != nil {
		t.Fatal(err)
	}
	if after := strings.Count(dump(t, w), "\n"); after >= before {
		t.Errorf("of %d records %d are kept for ever", before, after)
	}
}

// Every answer says that it must not be kept, and errors have their status.
func TestFrappeHole41538HeadersAndStatusAreRight(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.site(clients.FrappeProvider)
	tokens := a.enter(t, w.browser(), "ada@example.org")
	for what, r := range map[string]reply{
		"tokens":        tokens,
		"an error":      a.asSite("get_token", "grant_type", "authorization_code", "code", "x"),
		"introspection": a.asSite("introspect_token", "token", tokens.str("access_token")),
		"userinfo":      w.sendJSON("GET", frappePath+"openid_profile", tokens.str("access_token"), nil),
		"no userinfo":   w.sendJSON("GET", frappePath+"openid_profile", "x", nil),
	} {
		want(t, what, r.Header.Get("Cache-Control"), "no-store")
		want(t, what, r.Header.Get("Pragma"), "no-cache")
	}
	r := w.sendJSON("GET", frappePath+"openid_profile", "x", nil)
	if r.Status != 401 || !strings.HasPrefix(r.Header.Get("WWW-Authenticate"), `Bearer `) || !strings.Contains(r.Header.Get("WWW-Authenticate"), `error="invalid_token"`) {
		t.Errorf("userinfo without a token: %d, %q", r.Status, r.Header.Get("WWW-Authenticate"))
	}
}

// A public client needs PKCE, and by hash.
func TestFrappeHole41541PublicClientsNeedPKCE(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	public := w.app(func(c *clients.Client) { c.Type = clients.SPA })
	b := w.browser()
	b.signIn(b.open("/signin"), "ada@example.org")
	for what, pairs := range map[string][]string{
		"none":      {"code_challenge", "", "code_challenge_method", ""},
		"plain":     {"code_challenge", public.verifier, "code_challenge_method", "plain"},
		"no method": {"code_challenge", public.verifier, "code_challenge_method", ""},
	} {
		v := public.request(pairs...)
		p := b.open(frappePath + "authorize?" + v.Encode())
		to, err := url.Parse(p.Location)
		if p.Location != "" && (err != nil || to.Query().Get("code") != "" || to.Query().Get("error") != "invalid_request") {
			t.Errorf("%s: leads to %q", what, p.Location)
		}
		if p.Location == "" && p.Status != 400 {
			t.Errorf("%s: %d\n%s", what, p.Status, p.Body)
		}
	}
	code := b.signInTo(public, "ada@example.org").Get("code")
	refused(t, "a wrong verifier", public.redeem(code, "code_verifier", strings.Repeat("w", 43)), 400, "invalid_grant")
}

// Guessing is slowed down at each endpoint that takes a secret.
func TestFrappeHole41542GuessingIsSlowedDownEverywhere(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	a := w.site(clients.FrappeProvider)
	for _, path := range []string{"get_token", "revoke_token", "introspect_token"} {
		last := reply{}
		for range 1000 { // on a slow machine some are forgiven meanwhile
			if last.Status == http.StatusTooManyRequests {
				break
			}
			last = a.asSite(path, "client_secret", "wrong", "grant_type", "authorization_code", "token", "x")
		}
		refused(t, path, last, 429, "temporarily_unavailable")
		w.clock.skip(10 * time.Minute)
	}
}

// What is not there has the error of the RFC, and no inner workings.
func TestFrappeHole41547WhatIsMissingHasItsError(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	a := w.site(clients.FrappeProvider)
	refused(t, "a client", w.raw(frappePath+"get_token", "grant_type=authorization_code&code=x&client_id=nobody&client_secret=x"), 401, "invalid_client")
	refused(t, "no client", w.raw(frappePath+"get_token", "grant_type=authorization_code&code=x"), 401, "invalid_client")
	refused(t, "a code", a.asSite("get_token", "grant_type", "authorization_code", "code", "nothing", "redirect_uri", erpCallback), 400, "invalid_grant")
	refused(t, "a refresh token", a.asSite("get_token", "grant_type", "refresh_token", "refresh_token", "nothing"), 400, "invalid_grant")
	want(t, "a token to revoke", a.asSite("revoke_token", "token", "nothing").Body, "{}")
	want(t, "a token to look at", a.asSite("introspect_token", "token", "nothing").Body, `{"active":false}`)
}

// Nobody looks at tokens without credentials, and what has ended says nothing.
func TestFrappeHole42461IntrospectionIsForClientsThatProveThemselves(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a, other := w.site(clients.FrappeProvider), w.anotherSite()
	tokens := a.enter(t, w.browser(), "ada@example.org")
	access := tokens.str("access_token")
	refused(t, "nobody", w.raw(frappePath+"introspect_token", "token="+access), 401, "invalid_client")
	resp, err := http.Get(w.URL + frappePath + "introspect_token?token=" + access)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	want(t, "by GET", resp.StatusCode, 405)
	want(t, "another client", other.asSite("introspect_token", "token", access).Body, `{"active":false}`)
	want(t, "its own", a.asSite("introspect_token", "token", access).str("email"), "ada@example.org")
	w.clock.skip(2 * time.Hour)
	want(t, "expired", a.asSite("introspect_token", "token", access).Body, `{"active":false}`)
}

// A password is typed on our own page alone.
func TestFrappeHole42501NoPasswordGrantIsOffered(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.site(clients.FrappeProvider)
	refused(t, "a password", a.asSite("get_token", "grant_type", "password", "username", "ada@example.org", "password", password, "scope", "openid"), 400, "unsupported_grant_type")
	if d := w.sendJSON("GET", frappePath+"openid_configuration", "", nil); strings.Contains(d.Body, `"password"`) {
		t.Errorf("discovery offers it: %s", d.Body)
	}
}

// The issuer is a setting: neither a Host header nor a proxy's word changes it,
// and no key to another provider does.
func TestFrappeHole13159TheIssuerIsASetting(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	w.openIDKey("Upstream", "https://upstream.example.org")
	a := w.site(clients.FrappeProvider)
	for _, path := range []string{"/.well-known/openid-configuration", frappePath + "openid_configuration"} {
		_, body := w.send(t, "GET "+path+" HTTP/1.1\nHost: evil.example\nX-Forwarded-Host: evil.example\nX-Forwarded-Proto: https")
		if strings.Contains(body, "evil") || strings.Contains(body, "upstream") || !strings.Contains(body, `"issuer":"`+w.URL+`"`) {
			t.Errorf("%s: %s", path, body)
		}
	}
	tokens := a.enter(t, w.browser(), "ada@example.org")
	want(t, "ID token", claimsOf(t, tokens.str("id_token"))["iss"], any(w.URL))
	header, err := base64.RawURLEncoding.DecodeString(strings.Split(tokens.str("id_token"), ".")[0])
	if err != nil || !strings.Contains(string(header), `"HS256"`) {
		t.Errorf("its header is %s, %v", header, err)
	}
	want(t, "userinfo", w.sendJSON("GET", frappePath+"openid_profile", tokens.str("access_token"), nil).str("iss"), w.URL)
}
