package authorize_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

func TestAPersonSignsInToAnApp(t *testing.T) {
	hubtest.OnBothEngines(t, func(t *testing.T, w *hubtest.World) {
		ada := w.Person("ada@example.org", "writer")
		a := w.App()

		answer := w.Browser().SignInTo(a, "ada@example.org", "scope", "openid profile email roles")
		hubtest.Want(t, "state", answer.Get("state"), "the state")
		hubtest.Want(t, "iss (RFC 9207)", answer.Get("iss"), w.URL)

		r := a.Redeem(answer.Get("code"))
		hubtest.Want(t, "status", r.Status, 200)
		hubtest.Want(t, "token type", r.Str("token_type"), "Bearer")
		hubtest.Want(t, "Cache-Control", r.Header.Get("Cache-Control"), "no-store")
		id := hubtest.ClaimsOf(t, r.Str("id_token"))
		for name, value := range map[string]any{
			"iss": w.URL, "aud": a.ID, "sub": ada.ID, "nonce": "the nonce",
			"email": nil, "name": nil, // they are in userinfo (OIDC Core §5.4)
		} {
			hubtest.Want(t, "id_token "+name, id[name], value)
		}
		access := hubtest.ClaimsOf(t, r.Str("access_token"))
		hubtest.Want(t, "access token client_id (RFC 9068)", access["client_id"], any(a.ID))
		hubtest.Want(t, "access token sub", access["sub"], any(ada.ID))

		info := w.Userinfo(r.Str("access_token"))
		hubtest.Want(t, "userinfo sub", info.Str("sub"), ada.ID)
		hubtest.Want(t, "userinfo email", info.Str("email"), "ada@example.org")
		hubtest.Want(t, "userinfo name", info.Str("name"), "Ada Lovelace")
		hubtest.Want(t, "userinfo email_verified", info.JSON["email_verified"], any(true))
		if !a.Active(r.Str("access_token")) || !a.Active(r.Str("refresh_token")) {
			t.Error("fresh tokens are not active")
		}
	})
}

func TestACodeWorksOnceAndItsReplayRevokes(t *testing.T) {
	hubtest.OnBothEngines(t, func(t *testing.T, w *hubtest.World) {
		w.Person("ada@example.org")
		a := w.App()
		b := w.Browser()
		for range 3 {
			code := b.SignInTo(a, "ada@example.org").Get("code")
			var won atomic.Int32
			var tokens atomic.Pointer[hubtest.Reply]
			hubtest.AtOnce(50, func(int) {
				r := a.Redeem(code)
				if r.Status == 200 {
					won.Add(1)
					tokens.Store(&r)
					return
				}
				hubtest.Refused(t, "a losing redemption", r, 400, "invalid_grant")
			})
			hubtest.Want(t, "redemptions that succeeded of 50", won.Load(), 1)
			hubtest.Refused(t, "replay", a.Redeem(code), 400, "invalid_grant")
			if r := tokens.Load(); r != nil {
				hubtest.Want(t, "access token active after the replay", a.Active(r.Str("access_token")), false)
				hubtest.Want(t, "userinfo after the replay", w.Userinfo(r.Str("access_token")).Status, 401)
				hubtest.Refused(t, "refresh after the replay", a.Refresh(r.Str("refresh_token")), 400, "invalid_grant")
			}
		}
	})
}

// A repeat by a public client may be a thief's, so it revokes. A client that
// authenticates may repeat for a moment (token/repeat_test.go).
func TestARefreshTokenWorksOnceAndItsReuseRevokes(t *testing.T) {
	hubtest.OnBothEngines(t, func(t *testing.T, w *hubtest.World) {
		w.Person("ada@example.org")
		a := w.App(hubtest.Spa)
		first := a.Redeem(w.Browser().SignInTo(a, "ada@example.org").Get("code")).Str("refresh_token")

		second := a.Refresh(first)
		hubtest.Want(t, "first refresh", second.Status, 200)
		third := a.Refresh(second.Str("refresh_token"))
		hubtest.Want(t, "second refresh", third.Status, 200)
		if _, found := hubtest.ClaimsOf(t, third.Str("id_token"))["nonce"]; found {
			t.Error("the ID token of a refresh repeats the nonce (OIDC Core §12.2)")
		}

		var won atomic.Int32
		var last atomic.Pointer[hubtest.Reply]
		hubtest.AtOnce(50, func(int) {
			if r := a.Refresh(third.Str("refresh_token")); r.Status == 200 {
				won.Add(1)
				last.Store(&r)
			} else {
				hubtest.Refused(t, "a losing refresh", r, 400, "invalid_grant")
			}
		})
		hubtest.Want(t, "refreshes that succeeded of 50", won.Load(), 1)
		if r := last.Load(); r != nil {
			hubtest.Refused(t, "the successor after the reuse", a.Refresh(r.Str("refresh_token")), 400, "invalid_grant")
			hubtest.Want(t, "user information after the reuse", w.Userinfo(r.Str("access_token")).Status, 401)
		}
	})
}

func TestACodeIsBoundToItsRequest(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a, other := w.App(), w.App()
	b := w.Browser()
	for name, attempt := range map[string]func(code string) hubtest.Reply{
		"another client":         func(code string) hubtest.Reply { return other.Redeem(code) },
		"another redirect_uri":   func(code string) hubtest.Reply { return a.Redeem(code, "redirect_uri", hubtest.Callback+"/other") },
		"no redirect_uri":        func(code string) hubtest.Reply { return a.Redeem(code, "redirect_uri", "") },
		"no verifier":            func(code string) hubtest.Reply { return a.Redeem(code, "code_verifier", "") },
		"a wrong verifier":       func(code string) hubtest.Reply { return a.Redeem(code, "code_verifier", strings.Repeat("w", 43)) },
		"a short verifier":       func(code string) hubtest.Reply { return a.Redeem(code, "code_verifier", strings.Repeat("v", 42)) },
		"the challenge itself":   func(code string) hubtest.Reply { return a.Redeem(code, "code_verifier", hubtest.Challenge(a.Verifier)) },
		"one character changed":  func(code string) hubtest.Reply { return a.Redeem(code[:len(code)-1] + "~") },
		"the end cut off":        func(code string) hubtest.Reply { return a.Redeem(code[:len(code)-1]) },
		"as a refresh token":     func(code string) hubtest.Reply { return a.Refresh(code) },
		"after a minute and one": func(code string) hubtest.Reply { w.Clock.Skip(61 * time.Second); return a.Redeem(code) },
	} {
		code := b.SignInTo(a, "ada@example.org").Get("code")
		hubtest.Refused(t, name, attempt(code), 400, "invalid_grant")
	}
	code := b.SignInTo(a, "ada@example.org").Get("code")
	other.Redeem(code)
	hubtest.Refused(t, "the owner, after a stranger tried the code", a.Redeem(code), 400, "invalid_grant")
}

func TestACodeWithoutPKCECannotBeUpgraded(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.App(func(c *clients.Client) { c.PKCEOptional = true })
	b := w.Browser()
	code := b.SignInTo(a, "ada@example.org", "code_challenge", "", "code_challenge_method", "").Get("code")
	hubtest.Refused(t, "a verifier without a challenge", a.Redeem(code), 400, "invalid_grant")
	code = b.SignInTo(a, "ada@example.org", "code_challenge", "", "code_challenge_method", "").Get("code")
	hubtest.Want(t, "without either", a.Redeem(code, "code_verifier", "").Status, 200)
}

func TestTokensEndWithWhatTheyHangOn(t *testing.T) {
	hubtest.OnBothEngines(t, func(t *testing.T, w *hubtest.World) {
		w.Person("ada@example.org")
		a, other := w.App(), w.App()
		for name, end := range map[string]func(b *hubtest.Browser, r hubtest.Reply){
			"the app's access is removed": func(b *hubtest.Browser, r hubtest.Reply) {
				b.Submit(b.Open("/account"), "/account/apps/remove", "client", a.ID)
			},
			"the person signs out":            func(b *hubtest.Browser, r hubtest.Reply) { b.Submit(b.Open("/signout"), "/signout") },
			"the person signs out everywhere": func(b *hubtest.Browser, r hubtest.Reply) { b.Submit(b.Open("/account"), "/account/sessions/end-all") },
			"the refresh token is revoked":    func(b *hubtest.Browser, r hubtest.Reply) { a.Post("/oauth2/revoke", "token", r.Str("refresh_token")) },
			"the access token is revoked":     func(b *hubtest.Browser, r hubtest.Reply) { a.Post("/oauth2/revoke", "token", r.Str("access_token")) },
		} {
			b := w.Browser()
			r := a.Redeem(b.SignInTo(a, "ada@example.org").Get("code"))
			hubtest.Want(t, name+": another client's introspection", other.Active(r.Str("access_token")), false)
			hubtest.Want(t, name+": another client's revocation", other.Post("/oauth2/revoke", "token", r.Str("access_token")).Status, 200)
			hubtest.Want(t, name+": active before", a.Active(r.Str("access_token")), true)
			end(b, r)
			hubtest.Want(t, name+": active after", a.Active(r.Str("access_token")), false)
			hubtest.Want(t, name+": userinfo after", w.Userinfo(r.Str("access_token")).Status, 401)
			hubtest.Refused(t, name+": refresh after", a.Refresh(r.Str("refresh_token")), 400, "invalid_grant")
		}
	})
}

func TestARefreshMayNarrowButNotWiden(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.App()
	r := a.Redeem(w.Browser().SignInTo(a, "ada@example.org", "scope", "openid email").Get("code"))
	hubtest.Refused(t, "wider", a.Refresh(r.Str("refresh_token"), "scope", "openid email profile"), 400, "invalid_scope")
	narrow := a.Refresh(r.Str("refresh_token"), "scope", "openid")
	hubtest.Want(t, "narrow scope", narrow.Str("scope"), "openid")
	if got := w.Userinfo(narrow.Str("access_token")).Str("email"); got != "" {
		t.Errorf("a token for openid alone releases the e-mail address %q", got)
	}
}

func TestOfflineAccessOutlivesTheSession(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.App()
	b := w.Browser()
	r := a.Redeem(b.SignInTo(a, "ada@example.org", "scope", "openid offline_access").Get("code"))
	online := a.Redeem(b.Answer(b.Authorize(a.Request("scope", "openid"))).Get("code"))
	hubtest.Want(t, "refresh before the sign-out", a.Refresh(online.Str("refresh_token")).Status, 200)
	online = a.Redeem(b.Answer(b.Authorize(a.Request("scope", "openid"))).Get("code"))
	b.Submit(b.Open("/signout"), "/signout")
	hubtest.Want(t, "the session ended, and the account is behind the sign-in page", b.Open("/account").URL.Path, "/signin")
	hubtest.Refused(t, "refresh of what came without offline access", a.Refresh(online.Str("refresh_token")), 400, "invalid_grant")
	hubtest.Want(t, "refresh of what came with it", a.Refresh(r.Str("refresh_token")).Status, 200)
}

func TestAServiceGetsATokenForItself(t *testing.T) {
	hubtest.OnBothEngines(t, func(t *testing.T, w *hubtest.World) {
		service := w.App(func(c *clients.Client) {
			*c = clients.Client{Name: "Nightly job", Type: clients.Service, Scopes: []string{"files"}}
		})
		r := service.Post("/oauth2/token", "grant_type", "client_credentials")
		hubtest.Want(t, "status", r.Status, 200)
		hubtest.Want(t, "scope", r.Str("scope"), "files")
		hubtest.Want(t, "refresh token (RFC 6749 §4.4.3)", r.Str("refresh_token"), "")
		hubtest.Want(t, "subject (RFC 9068 §2.2)", hubtest.ClaimsOf(t, r.Str("access_token"))["sub"], any(service.ID))
		hubtest.Want(t, "userinfo", w.Userinfo(r.Str("access_token")).Status, 403)
		hubtest.Want(t, "active", service.Active(r.Str("access_token")), true)
		hubtest.Want(t, "revocation", service.Post("/oauth2/revoke", "token", r.Str("access_token")).Status, 200)
		hubtest.Want(t, "active after", service.Active(r.Str("access_token")), false)
		hubtest.Refused(t, "an unregistered scope", service.Post("/oauth2/token", "grant_type", "client_credentials", "scope", "admin"), 400, "invalid_scope")
		hubtest.Refused(t, "a code grant", service.Redeem("fhc_x"), 400, "unauthorized_client")
	})
}

func TestTheTokenEndpointReadsStrictly(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	a := w.App()
	spa := w.App(func(c *clients.Client) { c.Type = clients.SPA })
	send := func(method, path, contentType, authorization, body string) hubtest.Reply {
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
		return w.Call(req)
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
		"post for a basic client":    {"POST", "/oauth2/token", formType, "", mine + "&grant_type=refresh_token&refresh_token=x", 400, "invalid_grant"}, // in the header or in the body (decision 0036)
	} {
		r := send(tt.method, tt.path, tt.contentType, tt.authorization, tt.body)
		if r.Status != tt.status || r.Str("error") != tt.code {
			t.Errorf("%s: got %d %s, want %d %s", name, r.Status, r.Body, tt.status, tt.code)
		}
	}
	r := send("POST", "/oauth2/token", formType, "Basic eDp5", "grant_type=refresh_token&refresh_token=x")
	if got := r.Header.Get("WWW-Authenticate"); r.Status != 401 || !strings.HasPrefix(got, "Basic ") {
		t.Errorf("a failed Basic: got %d with WWW-Authenticate %q (RFC 6749 §5.2)", r.Status, got)
	}
}
