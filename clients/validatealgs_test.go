package clients

import (
	"slices"
	"testing"

	"github.com/fedhub/fedhub/clients/algs"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/testkit/keytest"
)

func TestWhatTheHubSignsAndEncryptsForAClientIsChecked(t *testing.T) {
	withKey := func(c *Client) { c.JWKS = keytest.JWKS(t, keytest.NewEncryption(t, "k", "ECDH-ES")) }
	for _, row := range []struct {
		name  string
		edit  func(*Client)
		field string // empty: it is fine
	}{
		{"HS256 with a secret", func(c *Client) { c.IDTokenAlg = clientauth.HS256 }, ""},
		{"HS256 without", func(c *Client) { c.IDTokenAlg, c.Type, c.AuthMethod = clientauth.HS256, SPA, clientauth.MethodNone }, "id_token_alg"},
		{"none", func(c *Client) { c.Algs.Userinfo = "none" }, "userinfo_alg"},
		{"an encryption that fits the key", func(c *Client) { withKey(c); c.Algs.IDTokenEnc = algs.Encryption{Alg: "ECDH-ES", Enc: "A256GCM"} }, ""},
		{"an encryption that does not", func(c *Client) { withKey(c); c.Algs.IDTokenEnc.Alg = "RSA-OAEP" }, "id_token_enc"},
		{"an enc without an alg", func(c *Client) { withKey(c); c.Algs.UserinfoEnc.Enc = "A256GCM" }, "userinfo_enc"},
		{"an unknown enc", func(c *Client) { withKey(c); c.Algs.UserinfoEnc = algs.Encryption{Alg: "ECDH-ES", Enc: "A1"} }, "userinfo_enc"},
		{"RSA1_5", func(c *Client) { withKey(c); c.Algs.AuthorizationEnc.Alg = "RSA1_5" }, "authorization_enc"},
		{"no key", func(c *Client) { c.Algs.IntrospectionEnc.Alg = "ECDH-ES" }, "introspection_enc"},
	} {
		c := with(webApp(), row.edit)
		c.Tidy()
		problems := c.Validate(false)
		if row.field == "" && len(problems) > 0 {
			t.Errorf("%s: got %v", row.name, problems)
		}
		if row.field != "" && !slices.ContainsFunc(problems, func(p forms.Problem) bool { return p.Field == row.field }) {
			t.Errorf("%s: got %v, want a problem at %s", row.name, problems, row.field)
		}
	}
}
