package clients

import (
	"slices"

	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/clients/fapi"
	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/internal/forms"
)

// Secure reports whether the client has a security profile.
func (c Client) Secure() bool { return c.HighSecurity != fapi.None }

// raise turns on what the profile requires and needs no decision, so that one
// switch is enough. Tidy calls it.
func (c *Client) raise() {
	if !c.Secure() {
		return
	}
	c.Requests.Pushed = c.Type != Service
	c.Requests.Signed = c.HighSecurity.Demands(fapi.MessageSigning) && c.Type != Service
	if !c.CertificateBound {
		c.DPoPBound = true
	}
	if c.IDTokenAlg == "" {
		c.IDTokenAlg = "ES256" // RS256, the default of OpenID Connect, is not allowed
	}
}

// A rule is one requirement on a client's registration.
type rule struct {
	since  fapi.Profile // the profile that introduced it
	clause string
	field  string
	code   string
	broken func(Client) bool
}

// rules are in the order of the documents.
func rules() []rule {
	return []rule{
		{fapi.Security, fapi.Server, "type", "client.high_security.public", Client.Public},
		{fapi.Security, fapi.Server, "dpop_bound", "client.high_security.unbound", unbound},
		{fapi.Security, fapi.Server, "auth_method", "client.high_security.auth_method", weakMethod},
		{fapi.Security, fapi.Code, "response_types", "client.high_security.response_types", otherResponses},
		{fapi.Security, fapi.Code, "requests.pushed", "client.high_security.unpushed", unpushed},
		{fapi.Security, fapi.Code, "pkce", "client.high_security.pkce", lenient},
		{fapi.Security, fapi.Code, "redirect_uris", "client.high_security.plain", plainRedirect},
		{fapi.Security, fapi.Crypto, "id_token_alg", "client.high_security.alg", weakAlg},
		{fapi.MessageSigning, fapi.Signing, "requests.signed", "client.high_security.unsigned", unsignedRequests},
		{fapi.MessageSigning, fapi.Signing, "jwks_uri", "client.high_security.keyless", keyless},
	}
}

// checkProfile checks the registration against the rules of its profile.
func checkProfile(c Client, _ bool) forms.Problems {
	switch c.HighSecurity {
	case fapi.None, fapi.Security, fapi.MessageSigning:
	default:
		return forms.New("high_security", "client.high_security.bad", "one", fapi.Security, "other", fapi.MessageSigning)
	}
	if !c.Secure() {
		return nil
	}
	var problems forms.Problems
	for _, rule := range rules() {
		if c.HighSecurity.Demands(rule.since) && rule.broken(c) {
			problems.Add(rule.field, rule.code, "clause", rule.clause)
		}
	}
	return problems
}

func unbound(c Client) bool { return !c.DPoPBound && !c.CertificateBound }

func weakMethod(c Client) bool {
	return c.AuthMethod != clientauth.MethodKey && c.AuthMethod != clientauth.MethodTLS && c.AuthMethod != clientauth.MethodOwnTLS
}

func otherResponses(c Client) bool {
	return c.HasGrant(GrantImplicit) ||
		slices.ContainsFunc(c.ResponseTypes, func(t string) bool { return t != "code" })
}

func lenient(c Client) bool { return c.PKCEOptional || c.PKCE != "" && c.PKCE != PKCEAlways }

func unpushed(c Client) bool { return c.Type != Service && !c.Requests.Pushed }

func unsignedRequests(c Client) bool { return c.Type != Service && !c.Requests.Signed }

func keyless(c Client) bool { return c.Type != Service && c.JWKS == "" && c.JWKSURI == "" }

func plainRedirect(c Client) bool {
	return slices.ContainsFunc(c.RedirectURIs, func(raw string) bool {
		u, err := redirecturi.Parse(raw)
		return err != nil || u.Scheme != "https"
	})
}

func weakAlg(c Client) bool {
	for _, alg := range []string{c.IDTokenAlg, c.Algs.Userinfo, c.Algs.Authorization, c.Algs.Introspection,
		c.Algs.Request, c.Algs.Assertion, c.Algs.CIBARequest} {
		if alg != "" && !fapi.AlgOK(alg) {
			return true
		}
	}
	return false
}
