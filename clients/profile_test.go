package clients

import (
	"errors"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients/clientauth"
)

// secure is a client that meets every requirement.
func secure(profile SecurityProfile, change ...func(*Client)) Client {
	c := Client{
		Name: "Bank", Type: Web, AuthMethod: clientauth.MethodKey, JWKSURI: "https://bank.example.org/jwks.json",
		RedirectURIs: []string{"https://bank.example.org/callback"}, GrantTypes: []string{GrantRefresh}, HighSecurity: profile,
	}
	for _, edit := range change {
		edit(&c)
	}
	c.Tidy()
	return c
}

func TestHighSecurityIsOneSwitch(t *testing.T) {
	for _, profile := range []SecurityProfile{FAPI2, MessageSigning} {
		c := secure(profile, func(c *Client) { c.PKCEOptional = true })
		if problems := c.Validate(false); len(problems) > 0 {
			t.Errorf("%s: %v", profile, problems)
		}
		if !c.Requests.Pushed || !c.DPoPBound || c.PKCEOptional || c.IDTokenAlg != "ES256" || c.Requests.Signed != (profile == MessageSigning) {
			t.Errorf("%s: not everything was turned on: %+v", profile, c)
		}
	}
}

func TestAClientOfHighSecurityIsRegisteredAsTheProfileDemands(t *testing.T) {
	for _, row := range []struct {
		name, field, clause string
		change              func(*Client)
	}{
		{"a public client", "type", "5.3.2.1", func(c *Client) { c.Type, c.AuthMethod, c.JWKSURI = SPA, clientauth.MethodNone, "" }},
		{"a secret", "auth_method", "5.3.2.1", func(c *Client) { c.AuthMethod, c.JWKSURI = clientauth.MethodBasic, "" }},
		{"a shared secret that signs", "auth_method", "5.3.2.1", func(c *Client) { c.AuthMethod = clientauth.MethodSecretJWT }},
		{"a hybrid response type", "response_types", "5.3.2.2", func(c *Client) { c.ResponseTypes = []string{"code", "code id_token"} }},
		{"the implicit grant", "response_types", "5.3.2.2", func(c *Client) {
			c.GrantTypes = []string{GrantImplicit}
		}},
		{"http on this machine", "redirect_uris", "5.3.2.2", func(c *Client) { c.RedirectURIs = []string{"http://localhost:8000/cb"} }},
		{"RS256 for ID tokens", "id_token_alg", "5.4.1", func(c *Client) { c.IDTokenAlg = "RS256" }},
		{"RS256 for assertions", "id_token_alg", "5.4.1", func(c *Client) { c.Algs.Assertion = "RS256" }},
	} {
		var found bool
		for _, p := range secure(FAPI2, row.change).Validate(true) {
			found = found || p.Field == row.field && strings.Contains(p.Args["clause"], row.clause)
		}
		if !found {
			t.Errorf("%s: nobody named section %s at %s", row.name, row.clause, row.field)
		}
	}
}

func TestARequestThatBreaksTheProfileIsToldWhichRequirement(t *testing.T) {
	good := AuthorizationRequestPolicy{Pushed: true, Signature: "PS256", ResponseType: "code", RedirectURI: "https://x.example/cb", Challenge: "c", Method: "S256"}
	for _, row := range []struct {
		name, code, clause string
		change             func(*AuthorizationRequestPolicy)
	}{
		{"ensure-unsigned-authorization-request-without-using-par-fails", "invalid_request", "5.3.2.2", func(a *AuthorizationRequestPolicy) { a.Pushed = false }},
		{"ensure-response-type-code-idtoken-fails", "unsupported_response_type", "5.3.2.2", func(a *AuthorizationRequestPolicy) { a.ResponseType = "code id_token" }},
		{"ensure-response-type-token-fails", "unsupported_response_type", "5.3.2.2", func(a *AuthorizationRequestPolicy) { a.ResponseType = "token" }},
		{"par-ensure-pkce-required", "invalid_request", "5.3.2.2", func(a *AuthorizationRequestPolicy) { a.Challenge = "" }},
		{"par-plain-pkce-rejected", "invalid_request", "5.3.2.2", func(a *AuthorizationRequestPolicy) { a.Method = "plain" }},
		{"ensure-redirect-uri-in-authorization-request", "invalid_request", "5.3.2.2", func(a *AuthorizationRequestPolicy) { a.RedirectURI = "" }},
		{"ensure-signed-request-object-with-RS256-fails", "invalid_request_object", "5.4.1", func(a *AuthorizationRequestPolicy) { a.Signature = "RS256" }},
		{"ensure-unsigned-request-at-par-endpoint-fails", "invalid_request", "Message Signing", func(a *AuthorizationRequestPolicy) { a.Signature = "" }},
	} {
		asked := good
		row.change(&asked)
		err := secure(MessageSigning).CheckAsking(asked)
		var breach *ProfileViolation
		if !errors.As(err, &breach) || breach.Code != row.code || !strings.Contains(breach.Error(), row.clause) {
			t.Errorf("%s: got %v, want %s that names %s", row.name, err, row.code, row.clause)
		}
		if err := (Client{}).CheckAsking(asked); err != nil {
			t.Errorf("%s: a client without a profile was refused: %v", row.name, err)
		}
	}
	if err := secure(MessageSigning).CheckAsking(good); err != nil {
		t.Error(err)
	}
	good.Signature = ""
	if err := secure(FAPI2).CheckAsking(good); err != nil {
		t.Errorf("the Security Profile alone asks for no signature: %v", err)
	}
}
