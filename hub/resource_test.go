package hub_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
)

const (
	filesAPI = "https://files.example.org/"
	mailAPI  = "https://mail.example.org/"
)

// multi is post with parameters that may repeat.
func (a *app) multi(path string, v url.Values, header ...string) reply {
	a.w.Helper()
	if a.Public() {
		v.Set("client_id", a.ID)
	}
	req, err := http.NewRequest(http.MethodPost, a.w.URL+path, strings.NewReader(v.Encode()))
	if err != nil {
		a.w.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if !a.Public() {
		req.SetBasicAuth(url.QueryEscape(a.ID), url.QueryEscape(a.Secret))
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	return a.w.call(req)
}

// grantedFor signs a television in for two APIs and returns its refresh token.
func grantedFor(w *world, tv *app) string {
	w.Helper()
	r := tv.multi("/oauth2/device_authorization", url.Values{"scope": {"openid profile"}, "resource": {filesAPI, mailAPI}})
	w.browser().answerDevice(r.str("user_code"), "ada@example.org", "allow")
	return tv.poll(r.str("device_code")).str("refresh_token")
}

func audience(t *testing.T, token string) string {
	t.Helper()
	text, err := json.Marshal(claimsOf(t, token)["aud"])
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestATokenIsForTheResourcesItWasAskedFor(t *testing.T) { // RFC 8707 §2.2, SECURITY TK-33, TK-22
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	tv := w.television(func(c *clients.Client) { c.Resources = []string{filesAPI, mailAPI, "https://third.example.org/"} })
	refresh := grantedFor(w, tv)
	ask := func(resources ...string) reply {
		r := tv.multi("/oauth2/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}, "resource": resources})
		if r.Status == 200 {
			refresh = r.str("refresh_token")
		}
		return r
	}
	r := ask(filesAPI)
	want(t, "one of them", audience(t, r.str("access_token")), `"`+filesAPI+`"`)
	refused(t, "at userinfo", w.userinfo(r.str("access_token")), 401, "invalid_token")
	refused(t, "one that was not granted", ask("https://third.example.org/"), 400, "invalid_target")
	refused(t, "one that nobody knows", ask("https://evil.example.org/"), 400, "invalid_target")
	refused(t, "one among good ones", ask(filesAPI, "https://evil.example.org/"), 400, "invalid_target")
	refused(t, "a relative one", ask("/files"), 400, "invalid_target")
	r = ask(mailAPI, filesAPI, filesAPI)
	want(t, "both", audience(t, r.str("access_token")), `["`+filesAPI+`","`+mailAPI+`"]`)
	r = ask()
	want(t, "none: all that were granted", audience(t, r.str("access_token")), `["`+filesAPI+`","`+mailAPI+`"]`)
	refused(t, "more than it is registered for", tv.begin("resource", "https://evil.example.org/"), 400, "invalid_target")
}

func TestAServiceAsksForTheAPIsItIsRegisteredFor(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	job := w.app(func(c *clients.Client) {
		c.Type, c.RedirectURIs, c.RefreshTokens, c.Scopes, c.Resources = clients.Service, nil, false, []string{"files"}, []string{filesAPI}
	})
	r := job.post("/oauth2/token", "grant_type", "client_credentials", "resource", filesAPI)
	want(t, "its API", audience(t, r.str("access_token")), `"`+filesAPI+`"`)
	want(t, "introspected by itself", job.active(r.str("access_token")), true)
	want(t, "no API", audience(t, job.post("/oauth2/token", "grant_type", "client_credentials").str("access_token")), `"`+w.URL+`"`)
	refused(t, "another API", job.post("/oauth2/token", "grant_type", "client_credentials", "resource", mailAPI), 400, "invalid_target")
	refused(t, "details", job.post("/oauth2/token", "grant_type", "client_credentials", "authorization_details", `[{"type":"x"}]`), 400, "invalid_authorization_details")
}

func TestAnAPIIntrospectsTheTokensMadeForIt(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	tv := w.television(func(c *clients.Client) { c.Resources = []string{filesAPI, mailAPI} })
	api := func(resource string) *app {
		return w.app(func(c *clients.Client) {
			c.Type, c.RedirectURIs, c.RefreshTokens, c.Serves = clients.Service, nil, false, []string{resource}
		})
	}
	files, other := api(filesAPI), api("https://other.example.org/")
	refresh := grantedFor(w, tv)
	token := tv.refresh(refresh, "resource", filesAPI).str("access_token")
	r := files.post("/oauth2/introspect", "token", token)
	want(t, "active for the API", r.JSON["active"], any(true))
	want(t, "client_id", r.str("client_id"), tv.ID)
	if r.JSON["auth_time"] == nil || r.JSON["acr"] == nil { // RFC 9470 §6.2
		t.Errorf("the API cannot tell how the person signed in: %s", r.Body)
	}
	want(t, "for another API", other.post("/oauth2/introspect", "token", token).Body, `{"active":false}`)
	want(t, "a refresh token is no API's business", files.active(refresh), false)
}

func TestIntrospectionIsSignedForWhoAsks(t *testing.T) { // RFC 9701
	w := newWorld(t, openSQLite(t))
	job := w.app(func(c *clients.Client) {
		c.Type, c.RedirectURIs, c.RefreshTokens, c.Scopes = clients.Service, nil, false, []string{"files"}
	})
	token := job.post("/oauth2/token", "grant_type", "client_credentials").str("access_token")
	const mediaType = "application/token-introspection+jwt"
	ask := func(token, accept string) reply {
		return job.multi("/oauth2/introspect", url.Values{"token": {token}}, "Accept", accept)
	}
	r := ask(token, mediaType)
	want(t, "content type", r.Header.Get("Content-Type"), mediaType)
	claims := claimsOf(t, r.Body)
	want(t, "iss", claims["iss"], any(w.URL))
	want(t, "aud", claims["aud"], any(job.ID))
	inner, _ := claims["token_introspection"].(map[string]any)
	want(t, "active", inner["active"], any(true))
	want(t, "scope", inner["scope"], any("files"))
	header, err := base64.RawURLEncoding.DecodeString(strings.Split(r.Body, ".")[0])
	if err != nil || !strings.Contains(string(header), `"typ":"token-introspection+jwt"`) || !strings.Contains(string(header), `"alg":"RS256"`) {
		t.Errorf("header %s, %v", header, err)
	}
	want(t, "as an access token", w.userinfo(r.Body).Status, 401)
	inner, _ = claimsOf(t, ask("nonsense", mediaType).Body)["token_introspection"].(map[string]any)
	want(t, "nonsense", len(inner), 1)
	for _, accept := range []string{"application/json", "*/*", mediaType + ";q=0", ""} {
		want(t, "Accept: "+accept, ask(token, accept).JSON["active"], any(true))
	}
}
