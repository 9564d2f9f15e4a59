package clients

import (
	"testing"

	"github.com/fedhub/fedhub/clients/clientauth"
)

func TestWhatGoesWithAMethodIsChecked(t *testing.T) {
	for _, row := range []struct {
		name, field string
		change      func(*Client)
	}{
		{"tls_client_auth without a name", "tls", func(c *Client) { c.AuthMethod = clientauth.MethodTLS }},
		{"tls_client_auth with two names", "tls", func(c *Client) {
			c.AuthMethod, c.TLS = clientauth.MethodTLS, clientauth.TLSName{DNS: "a.example", IP: "192.0.2.1"}
		}},
		{"a subject that is none", "tls.subject_dn", func(c *Client) { c.AuthMethod, c.TLS.SubjectDN = clientauth.MethodTLS, "payroll" }},
		{"an address that is none", "tls.ip", func(c *Client) { c.AuthMethod, c.TLS.IP = clientauth.MethodTLS, "1.2.3" }},
		{"a relative URI", "tls.uri", func(c *Client) { c.AuthMethod, c.TLS.URI = clientauth.MethodTLS, "/payroll" }},
		{"a wildcard", "tls.dns", func(c *Client) { c.AuthMethod, c.TLS.DNS = clientauth.MethodTLS, "*.example.org" }},
		{"no e-mail address", "tls.email", func(c *Client) { c.AuthMethod, c.TLS.Email = clientauth.MethodTLS, "payroll" }},
		{"self_signed_tls_client_auth without keys", "jwks_uri", func(c *Client) { c.AuthMethod = clientauth.MethodOwnTLS }},
		{"an algorithm without assertions", "assertion_alg", func(c *Client) { c.Algs.Assertion = "ES256" }},
		{"HS256 with private_key_jwt", "assertion_alg", func(c *Client) {
			c.AuthMethod, c.JWKSURI, c.Algs.Assertion = clientauth.MethodKey, "https://app.example.com/jwks", "HS256"
		}},
		{"ES256 with client_secret_jwt", "assertion_alg", func(c *Client) { c.AuthMethod, c.Algs.Assertion = clientauth.MethodSecretJWT, "ES256" }},
		{"none", "assertion_alg", func(c *Client) { c.AuthMethod, c.Algs.Assertion = clientauth.MethodSecretJWT, "none" }},
	} {
		c := with(webApp(), row.change)
		c.Tidy()
		problems := c.Validate(false)
		if len(problems) != 1 || problems[0].Field != row.field {
			t.Errorf("%s: got %v, want one problem at %s", row.name, problems, row.field)
		}
	}
}
