package token_test

import (
	"crypto/rsa"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/fapi"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// CIBA §7.1: the audience of an assertion is the issuer, the token endpoint, or
// the endpoint of the request, also by its alias (RFC 8705 §5), as a single text.
// FAPI allows the issuer only.
func TestWhomAnAssertionMayNameAtTheBackChannelEndpoint(t *testing.T) {
	const alias, back = "https://mtls.example.org", "/oauth2/bc-authorize"
	w := hubtest.NewWorldAs(t, hubtest.OpenSQLite(t), hub.Config{ClientCerts: true, CertURL: alias})
	w.Person("ada@example.org")
	ordinary := w.Bank(func(c *clients.Client) { c.HighSecurity = ""; c.SetGrant(clients.GrantCIBA, true) })
	high := w.Bank(func(c *clients.Client) { c.SetGrant(clients.GrantCIBA, true) })
	asks := []string{"scope", "openid", "login_hint", "ada@example.org", "binding_message", "W4SC"}
	for name, row := range map[string]struct {
		aud                    any
		atBack, atToken, atAll bool // for ordinary clients, and for FAPI clients
	}{
		"the issuer":                  {w.URL, true, true, true},
		"the token endpoint":          {w.URL + hubtest.TokenPath, true, true, false},
		"its other address":           {alias + hubtest.TokenPath, true, true, false},
		"the back-channel endpoint":   {w.URL + back, true, false, false},
		"its other address, too":      {alias + back, true, false, false},
		"another endpoint":            {w.URL + hubtest.ParPath, false, false, false},
		"the other address alone":     {alias, false, false, false},
		"a list":                      {[]string{w.URL}, false, false, false},
		"a list of all that is right": {[]string{w.URL, w.URL + back}, false, false, false},
		"a stranger":                  {"https://evil.example" + back, false, false, false},
	} {
		change := map[string]any{"aud": row.aud}
		taken := func(r hubtest.Reply) bool { return r.Str("error") != "invalid_client" }
		hubtest.Want(t, name+" at the back-channel endpoint", taken(ordinary.With(back, change, asks...)), row.atBack)
		hubtest.Want(t, name+" at the token endpoint", taken(ordinary.With(hubtest.TokenPath, change, hubtest.ForItself...)), row.atToken)
		hubtest.Want(t, name+" at the back-channel endpoint, high security", taken(high.With(back, change, asks...)), row.atAll)
	}
	hubtest.Want(t, "profile", high.HighSecurity, fapi.Security)
}

// FAPI 2.0 Security Profile §5.4.1, for DPoP proofs too.
func TestAClientOfHighSecuritySignsItsProofsAsTheProfileSays(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	b := w.Bank()
	proof := func(alg jose.SignatureAlgorithm, key *rsa.PrivateKey) []string {
		return []string{w.Sign(alg, key, map[string]any{"typ": "dpop+jwt", "jwk": jose.JSONWebKey{Key: key.Public()}}, map[string]any{
			"htm": "POST", "htu": w.URL + hubtest.TokenPath, "iat": w.Clock.Now().Unix(), "jti": string(alg), "nonce": w.Nonce(),
		})}
	}
	assertion := func() string { return w.Sign(jose.ES256, b.Assert.Key, map[string]any{"kid": "ec"}, b.Claims(nil)) }
	hubtest.Refused(t, "RS256", b.Ask(hubtest.TokenPath, assertion(), proof(jose.RS256, b.Rsa), hubtest.ForItself...), 400, "invalid_dpop_proof")
	hubtest.Want(t, "PS256", b.Ask(hubtest.TokenPath, assertion(), proof(jose.PS256, b.Rsa), hubtest.ForItself...).Status, 200)
}
