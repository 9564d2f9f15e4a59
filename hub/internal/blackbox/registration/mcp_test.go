package registration_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/settings"
)

// An app that knows only the address of an API discovers this hub (RFC 9728, RFC
// 8414, RFC 7591, RFC 7636, RFC 8707), as clients of the Model Context Protocol
// do.
func TestAProgramThatKnowsOneAddressSignsSomebodyIn(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Policy(settings.RegistrationOpen)
	w.Person("ada@example.org")
	get := func(address, token string) hubtest.Reply { return w.SendJSON("GET", address, token, nil) }

	// 401, with the address of the metadata.
	first := get("/api/me", "")
	hubtest.Want(t, "without a token", first.Status, 401)
	at := regexp.MustCompile(`^Bearer .*resource_metadata="([^"]+)"`).FindStringSubmatch(first.Header.Get("WWW-Authenticate"))
	if at == nil {
		t.Fatalf("WWW-Authenticate: %q", first.Header.Get("WWW-Authenticate"))
	}
	resource := get(at[1], "")
	api := resource.Str("resource")
	hubtest.Want(t, "the resource", api, w.URL+"/api")
	// Each document has its own resource identifier (RFC 9728 §3.3).
	hubtest.Want(t, "the resource at the root", get("/.well-known/oauth-protected-resource", "").Str("resource"), w.URL)
	server := resource.JSON["authorization_servers"].([]any)[0].(string)

	// The server's metadata, and a registration.
	meta := get(server+"/.well-known/oauth-authorization-server", "")
	hubtest.Want(t, "the issuer", meta.Str("issuer"), server)
	const back = "http://127.0.0.1:33418/callback"
	registered := w.SendJSON("POST", meta.Str("registration_endpoint"), "", hubtest.Metadata{
		"client_name": "Assistant", "redirect_uris": []string{"http://127.0.0.1/callback"}, "token_endpoint_auth_method": "none",
		"grant_types": []string{"authorization_code", "refresh_token"}, "response_types": []string{"code"},
	})
	hubtest.Want(t, "registration", registered.Status, 201)

	// The user signs in and gives consent.
	verifier := strings.Repeat("v", 43)
	b := w.Browser()
	p := b.Open(meta.Str("authorization_endpoint") + "?" + url.Values{
		"client_id": {registered.Str("client_id")}, "response_type": {"code"}, "redirect_uri": {back}, "scope": {"openid email"}, "state": {"s"},
		"code_challenge": {hubtest.Challenge(verifier)}, "code_challenge_method": {"S256"}, "resource": {api},
	}.Encode())
	p = b.Submit(b.SignIn(p, "ada@example.org"), "/consent", "decision", "allow")
	answer := regexp.MustCompile(regexp.QuoteMeta(back) + `\?[^"<\s]+`).FindString(strings.ReplaceAll(p.Location+p.Body, "&amp;", "&"))
	u, err := url.Parse(answer)
	if err != nil || u.Query().Get("code") == "" {
		t.Fatalf("no code came back: %d %q\n%s", p.Status, p.Location, p.Body)
	}
	hubtest.Want(t, "iss", u.Query().Get("iss"), server)

	// A token for this API works there and nowhere else.
	a := &hubtest.App{W: w, Client: clients.Client{ID: registered.Str("client_id"), Type: clients.Native, AuthMethod: clientauth.MethodNone}, Verifier: verifier}
	tokens := a.Redeem(u.Query().Get("code"), "redirect_uri", back, "resource", api)
	hubtest.Want(t, "the token request", tokens.Status, 200)
	me := get(api+"/me", tokens.Str("access_token"))
	hubtest.Want(t, "the API", me.Status, 200)
	hubtest.Want(t, "the person", me.Str("email"), "ada@example.org")
	hubtest.Want(t, "the same at userinfo", w.Userinfo(tokens.Str("access_token")).Status, 401)
	other := w.App()
	foreign := other.Redeem(w.Browser().SignInTo(other, "ada@example.org").Get("code")).Str("access_token")
	hubtest.Refused(t, "a token for the hub itself", get(api+"/me", foreign), 401, "invalid_token")
	if got := get(api+"/me", "x").Header.Get("WWW-Authenticate"); !strings.Contains(got, "invalid_token") || !strings.Contains(got, "resource_metadata=") {
		t.Errorf("WWW-Authenticate: %q", got)
	}
	again := a.Refresh(tokens.Str("refresh_token"), "resource", api)
	hubtest.Want(t, "after a refresh", get(api+"/me", again.Str("access_token")).Status, 200)
}

// OIDC Core §4: a user opens an app from the account page.
func TestAPersonOpensAnAppFromTheirAccount(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.App(func(c *clients.Client) { c.Requests.InitiateLoginURI = "https://app.example.org/start?from=hub" })
	b := w.Browser()
	b.SignInTo(a, "ada@example.org")
	link := regexp.MustCompile(`href="(https://app\.example\.org/start[^"]*)"`).FindStringSubmatch(b.Open("/account").Body)
	if link == nil {
		t.Fatal("there is no link")
	}
	u, err := url.Parse(strings.ReplaceAll(link[1], "&amp;", "&"))
	if err != nil {
		t.Fatal(err)
	}
	hubtest.Want(t, "iss", u.Query().Get("iss"), w.URL)
	hubtest.Want(t, "its own parameter", u.Query().Get("from"), "hub")
}
