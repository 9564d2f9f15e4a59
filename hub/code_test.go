package hub_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
)

func TestAPersonSignsInToAnApp(t *testing.T) {
	onBothEngines(t, func(t *testing.T, w *world) {
		ada := w.person("ada@example.org", "writer")
		a := w.app()

		answer := w.browser().signInTo(a, "ada@example.org", "scope", "openid profile email roles")
		want(t, "state", answer.Get("state"), "the state")
		want(t, "iss (RFC 9207)", answer.Get("iss"), w.URL)

		r := a.redeem(answer.Get("code"))
		want(t, "status", r.Status, 200)
		want(t, "token type", r.str("token_type"), "Bearer")
		want(t, "Cache-Control", r.Header.Get("Cache-Control"), "no-store")
		id := claimsOf(t, r.str("id_token"))
		for name, value := range map[string]any{
			"iss": w.URL, "aud": a.ID, "sub": ada.ID, "nonce": "the nonce",
			"email": nil, "name": nil, // they are in the userinfo answer (OIDC Core §5.4)
		} {
			want(t, "id_token "+name, id[name], value)
		}
		access := claimsOf(t, r.str("access_token"))
		want(t, "access token client_id (RFC 9068)", access["client_id"], any(a.ID))
		want(t, "access token sub", access["sub"], any(ada.ID))

		info := w.userinfo(r.str("access_token"))
		want(t, "userinfo sub", info.str("sub"), ada.ID)
		want(t, "userinfo email", info.str("email"), "ada@example.org")
		want(t, "userinfo name", info.str("name"), "Ada Lovelace")
		want(t, "userinfo email_verified", info.JSON["email_verified"], any(true))
		if !a.active(r.str("access_token")) || !a.active(r.str("refresh_token")) {
			t.Error("fresh tokens are not active")
		}
	})
}

func TestACodeWorksOnceAndItsReplayRevokes(t *testing.T) {
	onBothEngines(t, func(t *testing.T, w *world) {
		w.person("ada@example.org")
		a := w.app()
		b := w.browser()
		for range 3 {
			code := b.signInTo(a, "ada@example.org").Get("code")
			var won atomic.Int32
			var tokens atomic.Pointer[reply]
			atOnce(50, func(int) {
				r := a.redeem(code)
				if r.Status == 200 {
					won.Add(1)
					tokens.Store(&r)
					return
				}
				refused(t, "a losing redemption", r, 400, "invalid_grant")
			})
			want(t, "redemptions that succeeded of 50", won.Load(), 1)
			refused(t, "replay", a.redeem(code), 400, "invalid_grant")
			if r := tokens.Load(); r != nil {
				want(t, "access token active after the replay", a.active(r.str("access_token")), false)
				want(t, "userinfo after the replay", w.userinfo(r.str("access_token")).Status, 401)
				refused(t, "refresh after the replay", a.refresh(r.str("refresh_token")), 400, "invalid_grant")
			}
		}
	})
}

func TestARefreshTokenWorksOnceAndItsReuseRevokes(t *testing.T) {
	onBothEngines(t, func(t *testing.T, w *world) {
		w.person("ada@example.org")
		a := w.app()
		first := a.redeem(w.browser().signInTo(a, "ada@example.org").Get("code")).str("refresh_token")

		second := a.refresh(first)
		want(t, "first refresh", second.Status, 200)
		third := a.refresh(second.str("refresh_token"))
		want(t, "second refresh", third.Status, 200)
		if _, found := claimsOf(t, third.str("id_token"))["nonce"]; found {
			t.Error("the ID token of a refresh repeats the nonce (OIDC Core §12.2)")
		}

		var won atomic.Int32
		var last atomic.Pointer[reply]
		atOnce(50, func(int) {
			if r := a.refresh(third.str("refresh_token")); r.Status == 200 {
				won.Add(1)
				last.Store(&r)
			} else {
				refused(t, "a losing refresh", r, 400, "invalid_grant")
			}
		})
		want(t, "refreshes that succeeded of 50", won.Load(), 1)
		if r := last.Load(); r != nil {
			refused(t, "the successor after the reuse", a.refresh(r.str("refresh_token")), 400, "invalid_grant")
			want(t, "access token active after the reuse", a.active(r.str("access_token")), false)
		}
	})
}

func TestACodeIsBoundToItsRequest(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a, other := w.app(), w.app()
	b := w.browser()
	for name, attempt := range map[string]func(code string) reply{
		"another client":         func(code string) reply { return other.redeem(code) },
		"another redirect_uri":   func(code string) reply { return a.redeem(code, "redirect_uri", callback+"/other") },
		"no redirect_uri":        func(code string) reply { return a.redeem(code, "redirect_uri", "") },
		"no verifier":            func(code string) reply { return a.redeem(code, "code_verifier", "") },
		"a wrong verifier":       func(code string) reply { return a.redeem(code, "code_verifier", strings.Repeat("w", 43)) },
		"a short verifier":       func(code string) reply { return a.redeem(code, "code_verifier", strings.Repeat("v", 42)) },
		"the challenge itself":   func(code string) reply { return a.redeem(code, "code_verifier", challenge(a.verifier)) },
		"one character changed":  func(code string) reply { return a.redeem(code[:len(code)-1] + "~") },
		"the end cut off":        func(code string) reply { return a.redeem(code[:len(code)-1]) },
		"as a refresh token":     func(code string) reply { return a.refresh(code) },
		"after a minute and one": func(code string) reply { w.clock.skip(61 * time.Second); return a.redeem(code) },
	} {
		code := b.signInTo(a, "ada@example.org").Get("code")
		refused(t, name, attempt(code), 400, "invalid_grant")
	}
	code := b.signInTo(a, "ada@example.org").Get("code")
	other.redeem(code)
	refused(t, "the owner, after a stranger tried the code", a.redeem(code), 400, "invalid_grant")
}

func TestACodeWithoutPKCECannotBeUpgraded(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.app(func(c *clients.Client) { c.PKCEOptional = true })
	b := w.browser()
	code := b.signInTo(a, "ada@example.org", "code_challenge", "", "code_challenge_method", "").Get("code")
	refused(t, "a verifier without a challenge", a.redeem(code), 400, "invalid_grant")
	code = b.signInTo(a, "ada@example.org", "code_challenge", "", "code_challenge_method", "").Get("code")
	want(t, "without either", a.redeem(code, "code_verifier", "").Status, 200)
}

func TestTokensEndWithWhatTheyHangOn(t *testing.T) {
	onBothEngines(t, func(t *testing.T, w *world) {
		w.person("ada@example.org")
		a, other := w.app(), w.app()
		for name, end := range map[string]func(b *browser, r reply){
			"the app's access is removed": func(b *browser, r reply) {
				b.submit(b.open("/account"), "/account/apps/remove", "client", a.ID)
			},
			"the person signs out":            func(b *browser, r reply) { b.submit(b.open("/signout"), "/signout") },
			"the person signs out everywhere": func(b *browser, r reply) { b.submit(b.open("/account"), "/account/sessions/end-all") },
			"the refresh token is revoked":    func(b *browser, r reply) { a.post("/oauth2/revoke", "token", r.str("refresh_token")) },
			"the access token is revoked":     func(b *browser, r reply) { a.post("/oauth2/revoke", "token", r.str("access_token")) },
		} {
			b := w.browser()
			r := a.redeem(b.signInTo(a, "ada@example.org").Get("code"))
			want(t, name+": another client's introspection", other.active(r.str("access_token")), false)
			want(t, name+": another client's revocation", other.post("/oauth2/revoke", "token", r.str("access_token")).Status, 200)
			want(t, name+": active before", a.active(r.str("access_token")), true)
			end(b, r)
			want(t, name+": active after", a.active(r.str("access_token")), false)
			want(t, name+": userinfo after", w.userinfo(r.str("access_token")).Status, 401)
			refused(t, name+": refresh after", a.refresh(r.str("refresh_token")), 400, "invalid_grant")
		}
	})
}

func TestARefreshMayNarrowButNotWiden(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.app()
	r := a.redeem(w.browser().signInTo(a, "ada@example.org", "scope", "openid email").Get("code"))
	refused(t, "wider", a.refresh(r.str("refresh_token"), "scope", "openid email profile"), 400, "invalid_scope")
	narrow := a.refresh(r.str("refresh_token"), "scope", "openid")
	want(t, "narrow scope", narrow.str("scope"), "openid")
	if got := w.userinfo(narrow.str("access_token")).str("email"); got != "" {
		t.Errorf("a token for openid alone releases the e-mail address %q", got)
	}
}

func TestOfflineAccessOutlivesTheSession(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.app()
	b := w.browser()
	r := a.redeem(b.signInTo(a, "ada@example.org", "scope", "openid offline_access").Get("code"))
	online := a.redeem(b.answer(b.authorize(a.request("scope", "openid"))).Get("code"))
	want(t, "refresh before the sign-out", a.refresh(online.str("refresh_token")).Status, 200)
	online = a.redeem(b.answer(b.authorize(a.request("scope", "openid"))).Get("code"))
	b.submit(b.open("/signout"), "/signout")
	want(t, "the session ended, and the account is behind the sign-in page", b.open("/account").URL.Path, "/signin")
	refused(t, "refresh of what came without offline access", a.refresh(online.str("refresh_token")), 400, "invalid_grant")
	want(t, "refresh of what came with it", a.refresh(r.str("refresh_token")).Status, 200)
}

func TestAServiceGetsATokenForItself(t *testing.T) {
	onBothEngines(t, func(t *testing.T, w *world) {
		service := w.app(func(c *clients.Client) {
			*c = clients.Client{Name: "Nightly job", Type: clients.Service, Scopes: []string{"files"}}
		})
		r := service.post("/oauth2/token", "grant_type", "client_credentials")
		want(t, "status", r.Status, 200)
		want(t, "scope", r.str("scope"), "files")
		want(t, "refresh token (RFC 6749 §4.4.3)", r.str("refresh_token"), "")
		want(t, "subject (RFC 9068 §2.2)", claimsOf(t, r.str("access_token"))["sub"], any(service.ID))
		want(t, "userinfo", w.userinfo(r.str("access_token")).Status, 403)
		want(t, "active", service.active(r.str("access_token")), true)
		want(t, "revocation", service.post("/oauth2/revoke", "token", r.str("access_token")).Status, 200)
		want(t, "active after", service.active(r.str("access_token")), false)
		refused(t, "an unregistered scope", service.post("/oauth2/token", "grant_type", "client_credentials", "scope", "admin"), 400, "invalid_scope")
		refused(t, "a code grant", service.redeem("fhc_x"), 400, "unauthorized_client")
	})
}

func TestTheTokenEndpointReadsStrictly(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	a := w.app()
	spa := w.app(func(c *clients.Client) { c.Type = clients.SPA })
	send := func(method, path, contentType, authorization, body string) reply {
		req, err := http.NewRequest(method, w.URL+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if contentType != "" {
			req.Header.Set("Content-Type", contentType)
		}
		if authorization != "" {
			req.Header.Set("Authorization", authorization)
		}
		return w.call(req)
	}
	const formType = "application/x-www-form-urlencoded"
	mine := url.Values{"client_id": {a.ID}, "client_secret": {a.Secret}}.Encode()
	for name, tt := range map[string]struct {
		method, path, contentType, authorization, body string
		status                                         int
		code                                           string
	}{
		"GET":                        {"GET", "/oauth2/token", "", "", "", 405, "invalid_request"},
		"JSON":                       {"POST", "/oauth2/token", "application/json", "", "{}", 415, "invalid_request"},
		"multipart":                  {"POST", "/oauth2/token", "multipart/form-data; boundary=x", "", "", 415, "invalid_request"},
		"no grant_type":              {"POST", "/oauth2/token", formType, "", mine, 400, "invalid_request"},
		"an unknown grant_type":      {"POST", "/oauth2/token", formType, "", mine + "&grant_type=password", 400, "unsupported_grant_type"},
		"a repeated grant_type":      {"POST", "/oauth2/token", formType, "", mine + "&grant_type=refresh_token&grant_type=refresh_token", 400, "invalid_request"},
		"no client":                  {"POST", "/oauth2/token", formType, "", "grant_type=refresh_token", 401, "invalid_client"},
		"an unknown client":          {"POST", "/oauth2/token", formType, "", "grant_type=refresh_token&client_id=x&client_secret=y", 401, "invalid_client"},
		"Basic garbage":              {"POST", "/oauth2/token", formType, "Basic ***", "grant_type=refresh_token", 401, "invalid_client"},
		"no secret":                  {"POST", "/oauth2/token", formType, "", "grant_type=refresh_token&client_id=" + a.ID, 401, "invalid_client"},
		"a secret in the address":    {"POST", "/oauth2/token?client_secret=x", formType, "", mine + "&grant_type=refresh_token", 400, "invalid_request"},
		"a public client for itself": {"POST", "/oauth2/token", formType, "", "grant_type=client_credentials&client_id=" + spa.ID, 400, "unauthorized_client"},
		"a large body":               {"POST", "/oauth2/token", formType, "", "a=" + strings.Repeat("x", 70<<10), 413, "invalid_request"},
		"post for a basic client":    {"POST", "/oauth2/token", formType, "", mine + "&grant_type=refresh_token&refresh_token=x", 401, "invalid_client"},
	} {
		r := send(tt.method, tt.path, tt.contentType, tt.authorization, tt.body)
		if r.Status != tt.status || r.str("error") != tt.code {
			t.Errorf("%s: got %d %s, want %d %s", name, r.Status, r.Body, tt.status, tt.code)
		}
	}
	r := send("POST", "/oauth2/token", formType, "Basic eDp5", "grant_type=refresh_token&refresh_token=x")
	if got := r.Header.Get("WWW-Authenticate"); r.Status != 401 || !strings.HasPrefix(got, "Basic ") {
		t.Errorf("a failed Basic: got %d with WWW-Authenticate %q (RFC 6749 §5.2)", r.Status, got)
	}
}
