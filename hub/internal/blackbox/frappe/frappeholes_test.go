package frappe_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// No endpoint answers a client that does not authenticate.
func TestFrappeHole6080SecretsAreChecked(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a, b := w.Site(clients.FrappeProvider), w.Browser()
	code := a.CodeFor(t, b, "ada@example.org", "s")
	tokens := a.Enter(t, b, "ada@example.org")
	for _, secret := range []string{"", "wrong", a.Secret[:len(a.Secret)-1], a.Secret + "x"} {
		for path, form := range map[string][]string{
			"get_token":        {"grant_type", "authorization_code", "code", code, "redirect_uri", hubtest.ErpCallback},
			"get_token ":       {"grant_type", "refresh_token", "refresh_token", tokens.Str("refresh_token")},
			"revoke_token":     {"token", tokens.Str("access_token")},
			"introspect_token": {"token", tokens.Str("access_token")},
		} {
			hubtest.Refused(t, path+" with "+secret, a.AsSite(strings.TrimSpace(path), append(form, "client_secret", secret)...), 401, "invalid_client")
		}
	}
	hubtest.Want(t, "the code is still good", w.Raw(hubtest.FrappePath+"get_token", a.SiteForm(code)).Status, 200)
	hubtest.Want(t, "and the tokens", a.Active(tokens.Str("access_token")), true)
	if kept := hubtest.Dump(t, w); strings.Contains(kept, a.Secret) || strings.Contains(kept, tokens.Str("refresh_token")) || strings.Contains(kept, tokens.Str("access_token")) {
		t.Error("a secret or a token lies open in the database")
	}
}

// A client uses its registered authentication method, and only one at a time.
func TestFrappeHole41546TheWayOfAClientIsPinned(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	basic := w.App(hubtest.OnItsOwn)
	post := w.App(hubtest.OnItsOwn, func(c *clients.Client) { c.AuthMethod = clientauth.MethodPost })
	form := "grant_type=client_credentials"
	in := func(a *hubtest.App) string {
		return form + "&client_id=" + a.ID + "&client_secret=" + url.QueryEscape(a.Secret)
	}
	hubtest.Want(t, "in the header, as registered", basic.Post(hubtest.FrappePath+"get_token", hubtest.ForItself...).Status, 200)
	hubtest.Want(t, "in the body, as registered", w.Raw(hubtest.FrappePath+"get_token", in(post)).Status, 200)
	hubtest.Want(t, "in the body, registered for the header", w.Raw(hubtest.FrappePath+"get_token", in(basic)).Status, 200) // in the header or in the body (decision 0036)
	hubtest.Want(t, "in the header, registered for the body", post.Post(hubtest.FrappePath+"get_token", hubtest.ForItself...).Status, 200)
	byKey := w.App(hubtest.OnItsOwn, func(c *clients.Client) {
		c.AuthMethod = clientauth.MethodKey
		c.JWKSURI = "https://app.example.org/jwks"
	})
	hubtest.Refused(t, "by a secret, registered for a key", w.Raw(hubtest.FrappePath+"get_token", form+"&client_id="+byKey.ID+"&client_secret=x"), 401, "invalid_client")
	hubtest.Refused(t, "not at all", w.Raw(hubtest.FrappePath+"get_token", form+"&client_id="+post.ID), 401, "invalid_client")
	hubtest.Refused(t, "both", basic.Post(hubtest.FrappePath+"get_token", append([]string{"client_id", basic.ID, "client_secret", basic.Secret}, hubtest.ForItself...)...), 400, "invalid_request")
}

func TestFrappeHole33395BasicWorks(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.Site(clients.FrappeProvider)
	r := a.Post(hubtest.FrappePath+"get_token", "grant_type", "authorization_code", "code", a.CodeFor(t, w.Browser(), "ada@example.org", "s"), "redirect_uri", hubtest.ErpCallback)
	hubtest.Want(t, "in the header", r.Status, 200)
	wrong := &hubtest.App{W: w, Client: a.Client, Secret: "wrong"}
	r = wrong.Post(hubtest.FrappePath+"get_token", "grant_type", "authorization_code", "code", "x", "redirect_uri", hubtest.ErpCallback)
	hubtest.Refused(t, "wrong", r, 401, "invalid_client")
	if !strings.HasPrefix(r.Header.Get("WWW-Authenticate"), "Basic ") {
		t.Errorf("the challenge is %q", r.Header.Get("WWW-Authenticate"))
	}
	hubtest.Want(t, "no challenge where the body was wrong", wrong.AsSite("get_token", "grant_type", "authorization_code", "code", "x").Header.Get("WWW-Authenticate"), "")
}

// A code works only with the redirect URI of its request, even if the client has
// others.
func TestFrappeHole41533ACodeIsBoundToItsRedirectURI(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.Site(clients.FrappeProvider)
	for what, sent := range map[string]string{"another one of the client": a.RedirectURIs[1], "none": "", "anybody's": "https://evil.example"} {
		code := a.CodeFor(t, w.Browser(), "ada@example.org", "s")
		hubtest.Refused(t, what, a.AsSite("get_token", "grant_type", "authorization_code", "code", code, "redirect_uri", sent), 400, "invalid_grant")
	}
}

func TestFrappeHole41535CodesExpireAndTheirReuseRevokes(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a, b := w.Site(clients.FrappeProvider), w.Browser()
	late := a.CodeFor(t, b, "ada@example.org", "s")
	w.Clock.Skip(61 * time.Second)
	hubtest.Refused(t, "after a minute", w.Raw(hubtest.FrappePath+"get_token", a.SiteForm(late)), 400, "invalid_grant")
	code := a.CodeFor(t, b, "ada@example.org", "s")
	tokens := w.Raw(hubtest.FrappePath+"get_token", a.SiteForm(code))
	hubtest.Want(t, "in time", tokens.Status, 200)
	hubtest.Refused(t, "again", w.Raw(hubtest.FrappePath+"get_token", a.SiteForm(code)), 400, "invalid_grant")
	hubtest.Want(t, "what it gave", a.Active(tokens.Str("access_token")), false)
	hubtest.Refused(t, "what would go on", a.AsSite("get_token", "grant_type", "refresh_token", "refresh_token", tokens.Str("refresh_token")), 400, "invalid_grant")
}

func TestFrappeHole41534ARefreshTokenIsItsClientsAlone(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a, other := w.Site(clients.FrappeProvider), w.AnotherSite()
	tokens := a.Enter(t, w.Browser(), "ada@example.org")
	hubtest.Refused(t, "another client", other.AsSite("get_token", "grant_type", "refresh_token", "refresh_token", tokens.Str("refresh_token")), 400, "invalid_grant")
	hubtest.Refused(t, "nobody", w.Raw(hubtest.FrappePath+"get_token", "grant_type=refresh_token&refresh_token="+tokens.Str("refresh_token")), 401, "invalid_client")
	hubtest.Want(t, "another's revocation", other.AsSite("revoke_token", "token", tokens.Str("access_token")).Body, "{}")
	hubtest.Want(t, "changes nothing", a.Active(tokens.Str("access_token")), true)
}

func TestFrappeHole40968OldTokensEndAtARefresh(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.Site(clients.FrappeProvider)
	first := a.Enter(t, w.Browser(), "ada@example.org")
	form := []string{"grant_type", "refresh_token", "redirect_uri", hubtest.ErpCallback, "refresh_token"}
	second := a.AsSite("get_token", append(form, first.Str("refresh_token"))...)
	hubtest.Want(t, "once, with a redirect_uri", second.Status, 200)
	w.Clock.Skip(11 * time.Second) // a lost response may be requested again within this time
	hubtest.Refused(t, "the old one", a.AsSite("get_token", append(form, first.Str("refresh_token"))...), 400, "invalid_grant")
	hubtest.Refused(t, "and then the new one too", a.AsSite("get_token", append(form, second.Str("refresh_token"))...), 400, "invalid_grant")
	hubtest.Want(t, "and all access", a.Active(second.Str("access_token")), false)
	before := strings.Count(hubtest.Dump(t, w), "\n")
	w.Clock.Skip(400 * 24 * time.Hour)
	if _, err := w.Backend.Sweep(t.Context(), w.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	if after := strings.Count(hubtest.Dump(t, w), "\n"); after >= before {
		t.Errorf("of %d records %d are kept for ever", before, after)
	}
}

// Every response has no-store, and errors have their status.
func TestFrappeHole41538HeadersAndStatusAreRight(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.Site(clients.FrappeProvider)
	tokens := a.Enter(t, w.Browser(), "ada@example.org")
	for what, r := range map[string]hubtest.Reply{
		"tokens":        tokens,
		"an error":      a.AsSite("get_token", "grant_type", "authorization_code", "code", "x"),
		"introspection": a.AsSite("introspect_token", "token", tokens.Str("access_token")),
		"userinfo":      w.SendJSON("GET", hubtest.FrappePath+"openid_profile", tokens.Str("access_token"), nil),
		"no userinfo":   w.SendJSON("GET", hubtest.FrappePath+"openid_profile", "x", nil),
	} {
		hubtest.Want(t, what, r.Header.Get("Cache-Control"), "no-store")
		hubtest.Want(t, what, r.Header.Get("Pragma"), "no-cache")
	}
	r := w.SendJSON("GET", hubtest.FrappePath+"openid_profile", "x", nil)
	if r.Status != 401 || !strings.HasPrefix(r.Header.Get("WWW-Authenticate"), `Bearer `) || !strings.Contains(r.Header.Get("WWW-Authenticate"), `error="invalid_token"`) {
		t.Errorf("userinfo without a token: %d, %q", r.Status, r.Header.Get("WWW-Authenticate"))
	}
}

// A public client needs PKCE with S256.
func TestFrappeHole41541PublicClientsNeedPKCE(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	public := w.App(func(c *clients.Client) { c.Type = clients.SPA })
	b := w.Browser()
	b.SignIn(b.Open("/signin"), "ada@example.org")
	for what, pairs := range map[string][]string{
		"none":      {"code_challenge", "", "code_challenge_method", ""},
		"plain":     {"code_challenge", public.Verifier, "code_challenge_method", "plain"},
		"no method": {"code_challenge", public.Verifier, "code_challenge_method", ""},
	} {
		v := public.Request(pairs...)
		p := b.Open(hubtest.FrappePath + "authorize?" + v.Encode())
		to, err := url.Parse(p.Location)
		if p.Location != "" && (err != nil || to.Query().Get("code") != "" || to.Query().Get("error") != "invalid_request") {
			t.Errorf("%s: leads to %q", what, p.Location)
		}
		if p.Location == "" && p.Status != 400 {
			t.Errorf("%s: %d\n%s", what, p.Status, p.Body)
		}
	}
	code := b.SignInTo(public, "ada@example.org").Get("code")
	hubtest.Refused(t, "a wrong verifier", public.Redeem(code, "code_verifier", strings.Repeat("w", 43)), 400, "invalid_grant")
}

// Each endpoint that takes a secret has a limit on guesses.
func TestFrappeHole41542GuessingIsSlowedDownEverywhere(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	a := w.Site(clients.FrappeProvider)
	for _, path := range []string{"get_token", "revoke_token", "introspect_token"} {
		last := hubtest.Reply{}
		for range 1000 { // on a slow machine the limiter refills meanwhile
			if last.Status == http.StatusTooManyRequests {
				break
			}
			last = a.AsSite(path, "client_secret", "wrong", "grant_type", "authorization_code", "token", "x")
		}
		hubtest.Refused(t, path, last, 429, "temporarily_unavailable")
		w.Clock.Skip(10 * time.Minute)
	}
}

// A missing record gives the error of the RFC, without a traceback.
func TestFrappeHole41547WhatIsMissingHasItsError(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	a := w.Site(clients.FrappeProvider)
	hubtest.Refused(t, "a client", w.Raw(hubtest.FrappePath+"get_token", "grant_type=authorization_code&code=x&client_id=nobody&client_secret=x"), 401, "invalid_client")
	hubtest.Refused(t, "no client", w.Raw(hubtest.FrappePath+"get_token", "grant_type=authorization_code&code=x"), 401, "invalid_client")
	hubtest.Refused(t, "a code", a.AsSite("get_token", "grant_type", "authorization_code", "code", "nothing", "redirect_uri", hubtest.ErpCallback), 400, "invalid_grant")
	hubtest.Refused(t, "a refresh token", a.AsSite("get_token", "grant_type", "refresh_token", "refresh_token", "nothing"), 400, "invalid_grant")
	hubtest.Want(t, "a token to revoke", a.AsSite("revoke_token", "token", "nothing").Body, "{}")
	hubtest.Want(t, "a token to look at", a.AsSite("introspect_token", "token", "nothing").Body, `{"active":false}`)
}

// Introspection needs client authentication, and says only "inactive" of an ended
// token.
func TestFrappeHole42461IntrospectionIsForClientsThatProveThemselves(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a, other := w.Site(clients.FrappeProvider), w.AnotherSite()
	tokens := a.Enter(t, w.Browser(), "ada@example.org")
	access := tokens.Str("access_token")
	hubtest.Refused(t, "nobody", w.Raw(hubtest.FrappePath+"introspect_token", "token="+access), 401, "invalid_client")
	resp, err := http.Get(w.URL + hubtest.FrappePath + "introspect_token?token=" + access)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	hubtest.Want(t, "by GET", resp.StatusCode, 405)
	hubtest.Want(t, "another client", other.AsSite("introspect_token", "token", access).Body, `{"active":false}`)
	hubtest.Want(t, "its own", a.AsSite("introspect_token", "token", access).Str("email"), "ada@example.org")
	w.Clock.Skip(2 * time.Hour)
	hubtest.Want(t, "expired", a.AsSite("introspect_token", "token", access).Body, `{"active":false}`)
}

// The password grant does not exist: passwords are entered only on the hub's
// page.
func TestFrappeHole42501NoPasswordGrantIsOffered(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.Site(clients.FrappeProvider)
	hubtest.Refused(t, "a password", a.AsSite("get_token", "grant_type", "password", "username", "ada@example.org", "password", hubtest.Password, "scope", "openid"), 400, "unsupported_grant_type")
	if d := w.SendJSON("GET", hubtest.FrappePath+"openid_configuration", "", nil); strings.Contains(d.Body, `"password"`) {
		t.Errorf("discovery offers it: %s", d.Body)
	}
}

// The issuer is a setting: neither the Host header, nor a proxy's header, nor a
// login key changes it.
func TestFrappeHole13159TheIssuerIsASetting(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	w.OpenIDKey("Upstream", "https://upstream.example.org")
	a := w.Site(clients.FrappeProvider)
	for _, path := range []string{"/.well-known/openid-configuration", hubtest.FrappePath + "openid_configuration"} {
		_, body := w.Send(t, "GET "+path+" HTTP/1.1\nHost: evil.example\nX-Forwarded-Host: evil.example\nX-Forwarded-Proto: https")
		if strings.Contains(body, "evil") || strings.Contains(body, "upstream") || !strings.Contains(body, `"issuer":"`+w.URL+`"`) {
			t.Errorf("%s: %s", path, body)
		}
	}
	tokens := a.Enter(t, w.Browser(), "ada@example.org")
	hubtest.Want(t, "ID token", hubtest.ClaimsOf(t, tokens.Str("id_token"))["iss"], any(w.URL))
	header, err := base64.RawURLEncoding.DecodeString(strings.Split(tokens.Str("id_token"), ".")[0])
	if err != nil || !strings.Contains(string(header), `"HS256"`) {
		t.Errorf("its header is %s, %v", header, err)
	}
	hubtest.Want(t, "userinfo", w.SendJSON("GET", hubtest.FrappePath+"openid_profile", tokens.Str("access_token"), nil).Str("iss"), w.URL)
}
