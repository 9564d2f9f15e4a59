package hubtest

import (
	"crypto/rand"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/hub/audit"
)

const (
	GrantDevice   = "urn:ietf:params:oauth:grant-type:device_code"
	GrantCIBA     = "urn:openid:params:grant-type:ciba"
	GrantExchange = "urn:ietf:params:oauth:grant-type:token-exchange"
	GrantJWT      = "urn:ietf:params:oauth:grant-type:jwt-bearer"
	typeAccess    = "urn:ietf:params:oauth:token-type:access_token"
)

// kept is a client that an administrator registered.
func (e *Exam) kept(c clients.Client) *Party {
	e.Helper()
	c, secret, err := e.Site.Hub.AddClient(e.Context(), audit.Named("test"), c)
	if err != nil {
		e.Fatal(err)
	}
	p := &Party{E: e, ID: c.ID, Secret: secret, Auth: c.AuthMethod, Key: AKey[0](), Kid: "rp-key"}
	if len(c.RedirectURIs) > 0 {
		p.Redirect = c.RedirectURIs[0]
	}
	return p
}

func (e *Exam) Service(scopes ...string) *Party {
	e.Helper()
	return e.kept(clients.Client{Name: "Service", Type: clients.Service, Scopes: scopes})
}

func (e *Exam) ExerciseDevice(p *Party) {
	e.Helper()
	r := p.Call("device_authorization_endpoint", "scope", "openid email")
	Want(e, "status", r.Status, http.StatusOK)
	poll := []string{"grant_type", GrantDevice, "device_code", r.Str("device_code")}
	e.CheckTokenError("before anybody answered", p.Call("token_endpoint", poll...), http.StatusBadRequest, "authorization_pending")
	b := e.Browser()
	b.Finish(b.Open(r.Str("verification_uri_complete")))
	e.Site.Clock.Skip(10 * time.Second)
	e.CheckTokens(p.Call("token_endpoint", poll...))
}

func (e *Exam) ExerciseExchange() {
	p := e.kept(clients.Client{Name: "Exchanger", Type: clients.Web, PKCEOptional: true, RedirectURIs: []string{e.Site.Rp.URL + "/exchange"},
		GrantTypes: []string{GrantExchange}, Scopes: []string{"openid", "email"}})
	l := p.SignIn(e.Browser(), "scope", "openid email")
	r := p.Call("token_endpoint", "grant_type", GrantExchange, "subject_token", l.Access, "subject_token_type", typeAccess, "scope", "openid")
	e.CheckTokens(r)
	Want(e, "issued_token_type", r.Str("issued_token_type"), typeAccess)
	Want(e, "scope", r.Str("scope"), "openid")
}

// ExerciseJWTBearer sends an assertion that the client signed itself.
func (e *Exam) ExerciseJWTBearer() {
	p := e.kept(clients.Client{Name: "Bearer", Type: clients.Service, AuthMethod: clientauth.MethodKey, JWKS: mustJSON(e, KeySet(AKey[0](), "rp-key")),
		GrantTypes: []string{GrantJWT}, Scopes: []string{"files"}})
	r := p.Call("token_endpoint", "grant_type", GrantJWT, "assertion", p.Assertion(e.Site.At(e.T, "token_endpoint")), "scope", "files")
	e.CheckTokens(r)
}

// ExerciseCIBA asks a user on another device, who approves.
func (e *Exam) ExerciseCIBA(p *Party, pairs ...string) (id string) {
	e.Helper()
	message := rand.Text()
	r := p.Call("backchannel_authentication_endpoint", append([]string{"scope", "openid email", "login_hint", Examinee, "binding_message", message}, pairs...)...)
	if r.Status != http.StatusOK {
		e.Fatalf("got %d %s", r.Status, r.Body)
	}
	id = r.Str("auth_req_id")
	poll := []string{"grant_type", GrantCIBA, "auth_req_id", id}
	e.CheckTokenError("before anybody answered", p.Call("token_endpoint", poll...), http.StatusBadRequest, "authorization_pending")
	e.Site.Clock.Skip(10 * time.Second)
	e.Browser().approve(message)
	tokens := p.Call("token_endpoint", poll...)
	e.CheckTokens(tokens)
	claims := e.checkIDToken(tokens.Str("id_token"), idToken{client: p.ID, access: tokens.Str("access_token")})
	l := login{Access: tokens.Str("access_token"), Ids: []map[string]any{claims}}
	Want(e, "who answered", e.Userinfo(l)["email"], any(Examinee))
	e.CheckTokenError("a second time", p.Call("token_endpoint", poll...), http.StatusBadRequest, "invalid_grant")
	return id
}

// approve approves the pending request with this message.
func (b *Scripted) approve(message string) {
	b.Helper()
	p := b.click(b.Open(b.site.URL+"/account/approvals"), "sign-in", "email", Examinee, "password", Password)
	if !strings.Contains(p.Body, message) {
		b.Fatalf("the page does not show the message: %s", Gist(p.Body))
	}
	for n := range b.Parse(p).Descendants() {
		if strings.HasPrefix(Attr(n, "id"), "allow-") {
			b.click(p, Attr(n, "id"))
			return
		}
	}
	b.Fatal("there is no button to allow it")
}

// CallAccepting is Call with an Accept header, for clients with a secret.
func (p *Party) CallAccepting(accept, endpoint string, pairs ...string) Reply {
	p.E.Helper()
	form := Edited(url.Values{}, pairs)
	var headers []string
	if p.Auth == clientauth.MethodSecretJWT {
		claims := p.AssertionClaims(p.E.Site.At(p.E.T, "token_endpoint"))
		maps.Copy(form, url.Values{"client_assertion_type": {AssertionType}, "client_assertion": {Signed(p.E, jose.HS256, []byte(p.Secret), "", "", claims)}})
	} else {
		headers = []string{"Authorization", Basic(p.ID, p.Secret)}
	}
	return p.E.Site.Post(p.E.T, p.E.Site.At(p.E.T, endpoint), form, append(headers, "Accept", accept)...)
}

// Authenticating registers a client with this authentication method.
func (e *Exam) Authenticating(method string) *Party {
	e.Helper()
	switch method {
	case clientauth.MethodNone:
		return e.kept(clients.Client{Name: "Page", Type: clients.SPA, RedirectURIs: []string{e.Site.Rp.URL + "/page"}})
	case clientauth.MethodTLS, clientauth.MethodOwnTLS:
		return e.WithCertificate(method)
	}
	return e.Client("token_endpoint_auth_method", method)
}

// SignInWith completes a login with PKCE, which public clients need.
func (p *Party) SignInWith(b *Scripted) login {
	p.E.Helper()
	verifier := strings.Repeat("v", 43)
	request := p.Request("code_challenge", Challenge(verifier), "code_challenge_method", "S256")
	return p.Complete(b.Visit(request), request, "code_verifier", verifier)
}
