package authorize_test

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// grantedFor signs a television in for two APIs and returns its refresh token.
func grantedFor(w *hubtest.World, tv *hubtest.App) string {
	w.Helper()
	r := tv.Multi("/oauth2/device_authorization", url.Values{"scope": {"openid profile"}, "resource": {hubtest.FilesAPI, hubtest.MailAPI}})
	w.Browser().AnswerDevice(r.Str("user_code"), "ada@example.org", "allow")
	return tv.Poll(r.Str("device_code")).Str("refresh_token")
}

func TestATokenIsForTheResourcesItWasAskedFor(t *testing.T) { // RFC 8707 §2.2, SECURITY TK-33, TK-22
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	tv := w.Television(func(c *clients.Client) {
		c.Resources = []string{hubtest.FilesAPI, hubtest.MailAPI, "https://third.example.org/"}
	})
	refresh := grantedFor(w, tv)
	ask := func(resources ...string) hubtest.Reply {
		r := tv.Multi("/oauth2/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}, "resource": resources})
		if r.Status == 200 {
			refresh = r.Str("refresh_token")
		}
		return r
	}
	r := ask(hubtest.FilesAPI)
	hubtest.Want(t, "one of them", hubtest.Audience(t, r.Str("access_token")), `"`+hubtest.FilesAPI+`"`)
	hubtest.Refused(t, "at userinfo", w.Userinfo(r.Str("access_token")), 401, "invalid_token")
	hubtest.Refused(t, "one that was not granted", ask("https://third.example.org/"), 400, "invalid_target")
	hubtest.Refused(t, "one that nobody knows", ask("https://evil.example.org/"), 400, "invalid_target")
	hubtest.Refused(t, "one among good ones", ask(hubtest.FilesAPI, "https://evil.example.org/"), 400, "invalid_target")
	hubtest.Refused(t, "a relative one", ask("/files"), 400, "invalid_target")
	r = ask(hubtest.MailAPI, hubtest.FilesAPI, hubtest.FilesAPI)
	hubtest.Want(t, "both", hubtest.Audience(t, r.Str("access_token")), `["`+hubtest.FilesAPI+`","`+hubtest.MailAPI+`"]`)
	r = ask()
	hubtest.Want(t, "none: all that were granted", hubtest.Audience(t, r.Str("access_token")), `["`+hubtest.FilesAPI+`","`+hubtest.MailAPI+`"]`)
	hubtest.Refused(t, "more than it is registered for", tv.Begin("resource", "https://evil.example.org/"), 400, "invalid_target")
}

func TestAServiceAsksForTheAPIsItIsRegisteredFor(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	job := w.App(func(c *clients.Client) {
		c.Type, c.RedirectURIs, c.Scopes, c.Resources = clients.Service, nil, []string{"files"}, []string{hubtest.FilesAPI}
	})
	r := job.Post("/oauth2/token", "grant_type", "client_credentials", "resource", hubtest.FilesAPI)
	hubtest.Want(t, "its API", hubtest.Audience(t, r.Str("access_token")), `"`+hubtest.FilesAPI+`"`)
	hubtest.Want(t, "introspected by itself", job.Active(r.Str("access_token")), true)
	hubtest.Want(t, "no API", hubtest.Audience(t, job.Post("/oauth2/token", "grant_type", "client_credentials").Str("access_token")), `"`+w.URL+`"`)
	hubtest.Refused(t, "another API", job.Post("/oauth2/token", "grant_type", "client_credentials", "resource", hubtest.MailAPI), 400, "invalid_target")
	hubtest.Refused(t, "details", job.Post("/oauth2/token", "grant_type", "client_credentials", "authorization_details", `[{"type":"x"}]`), 400, "invalid_authorization_details")
}

func TestAnAPIIntrospectsTheTokensMadeForIt(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	tv := w.Television(func(c *clients.Client) { c.Resources = []string{hubtest.FilesAPI, hubtest.MailAPI} })
	api := func(resource string) *hubtest.App {
		return w.App(func(c *clients.Client) {
			c.Type, c.RedirectURIs, c.Serves = clients.Service, nil, []string{resource}
		})
	}
	files, other := api(hubtest.FilesAPI), api("https://other.example.org/")
	refresh := grantedFor(w, tv)
	token := tv.Refresh(refresh, "resource", hubtest.FilesAPI).Str("access_token")
	r := files.Post("/oauth2/introspect", "token", token)
	hubtest.Want(t, "active for the API", r.JSON["active"], any(true))
	hubtest.Want(t, "client_id", r.Str("client_id"), tv.ID)
	if r.JSON["auth_time"] == nil || r.JSON["acr"] == nil { // RFC 9470 §6.2
		t.Errorf("the API cannot tell how the person signed in: %s", r.Body)
	}
	hubtest.Want(t, "for another API", other.Post("/oauth2/introspect", "token", token).Body, `{"active":false}`)
	hubtest.Want(t, "a refresh token is no API's business", files.Active(refresh), false)
}

func TestIntrospectionIsSignedForWhoAsks(t *testing.T) { // RFC 9701
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	job := w.App(func(c *clients.Client) {
		c.Type, c.RedirectURIs, c.Scopes = clients.Service, nil, []string{"files"}
	})
	token := job.Post("/oauth2/token", "grant_type", "client_credentials").Str("access_token")
	const mediaType = "application/token-introspection+jwt"
	ask := func(token, accept string) hubtest.Reply {
		return job.Multi("/oauth2/introspect", url.Values{"token": {token}}, "Accept", accept)
	}
	r := ask(token, mediaType)
	hubtest.Want(t, "content type", r.Header.Get("Content-Type"), mediaType)
	claims := hubtest.ClaimsOf(t, r.Body)
	hubtest.Want(t, "iss", claims["iss"], any(w.URL))
	hubtest.Want(t, "aud", claims["aud"], any(job.ID))
	inner, _ := claims["token_introspection"].(map[string]any)
	hubtest.Want(t, "active", inner["active"], any(true))
	hubtest.Want(t, "scope", inner["scope"], any("files"))
	header, err := base64.RawURLEncoding.DecodeString(strings.Split(r.Body, ".")[0])
	if err != nil || !strings.Contains(string(header), `"typ":"token-introspection+jwt"`) || !strings.Contains(string(header), `"alg":"RS256"`) {
		t.Errorf("header %s, %v", header, err)
	}
	hubtest.Want(t, "as an access token", w.Userinfo(r.Body).Status, 401)
	inner, _ = hubtest.ClaimsOf(t, ask("nonsense", mediaType).Body)["token_introspection"].(map[string]any)
	hubtest.Want(t, "nonsense", len(inner), 1)
	for _, accept := range []string{"application/json", "*/*", mediaType + ";q=0", ""} {
		hubtest.Want(t, "Accept: "+accept, ask(token, accept).JSON["active"], any(true))
	}
}
