package clients

import (
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/clients/fapi"
)

// secure is a client that meets every requirement.
func secure(profile fapi.Profile, change ...func(*Client)) Client {
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
	for _, profile := range []fapi.Profile{fapi.Security, fapi.MessageSigning} {
		c := secure(profile, func(c *Client) { c.PKCEOptional = true })
		if problems := c.Validate(false); len(problems) > 0 {
			t.Errorf("%s: %v", profile, problems)
		}
		if !c.Requests.Pushed || !c.DPoPBound || c.PKCEOptional || c.IDTokenAlg != "ES256" || c.Requests.Signed != (profile == fapi.MessageSigning) {
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
		for _, p := range secure(fapi.Security, row.change).Validate(true) {
			found = found || p.Field == row.field && strings.Contains(p.Args["clause"], row.clause)
		}
		if !found {
			t.Errorf("%s: nobody named section %s at %s", row.name, row.clause, row.field)
		}
	}
}
