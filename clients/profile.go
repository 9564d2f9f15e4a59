package clients

import (
	"slices"
	"strings"

	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/internal/forms"
)

// The documents whose requirements are cited here, as a developer finds them.
const (
	fapiServer  = "FAPI 2.0 Security Profile section 5.3.2.1"
	fapiCode    = "FAPI 2.0 Security Profile section 5.3.2.2"
	fapiCrypto  = "FAPI 2.0 Security Profile section 5.4.1"
	fapiSigning = "FAPI 2.0 Message Signing section 5.3.1"
)

// A ProfileViolation says which requirement of its profile a client's request broke.
type ProfileViolation struct {
	Code   string // of the OAuth error
	Clause string // the document and section
	Text   string // what to do instead
}

// Error is a sentence for the client's developer.
func (b *ProfileViolation) Error() string {
	return b.Text + "; this client is registered for high security (" + b.Clause + ")"
}

// demands reports whether a profile holds all of another.
func (p SecurityProfile) demands(other SecurityProfile) bool {
	return p == other || other == Standard || (p == MessageSigning && other == FAPI2)
}

// Secure reports whether the client has any profile of high security.
func (c Client) Secure() bool { return c.HighSecurity != Standard }

func profileAlg(alg string) bool { return slices.Contains(clientauth.ProfileAlgs(), alg) }

// raise turns on what a profile demands and nobody needs to decide, so that
// one switch is enough. Tidy calls it.
func (c *Client) raise() {
	if !c.Secure() {
		return
	}
	c.PKCEOptional = false
	c.Requests.Pushed = c.Type != Service
	c.Requests.Signed = c.HighSecurity.demands(MessageSigning) && c.Type != Service
	if !c.CertificateBound {
		c.DPoPBound = true
	}
	if c.IDTokenAlg == "" {
		c.IDTokenAlg = "ES256" // the default of OpenID Connect, RS256, is not allowed
	}
}

// A rule is one requirement on how a client is registered.
type rule struct {
	since  SecurityProfile // the profile it came with
	clause string
	field  string
	code   string
	broken func(Client) bool
}

// rules are in the order of the documents.
func rules() []rule {
	return []rule{
		{FAPI2, fapiServer, "type", "client.high_security.public", Client.Public},
		{FAPI2, fapiServer, "dpop_bound", "client.high_security.unbound", unbound},
		{FAPI2, fapiServer, "auth_method", "client.high_security.auth_method", weakMethod},
		{FAPI2, fapiCode, "response_types", "client.high_security.response_types", otherResponses},
		{FAPI2, fapiCode, "requests.pushed", "client.high_security.unpushed", unpushed},
		{FAPI2, fapiCode, "pkce_optional", "client.high_security.pkce", func(c Client) bool { return c.PKCEOptional }},
		{FAPI2, fapiCode, "redirect_uris", "client.high_security.plain", plainRedirect},
		{FAPI2, fapiCrypto, "id_token_alg", "client.high_security.alg", weakAlg},
		{MessageSigning, fapiSigning, "requests.signed", "client.high_security.unsigned", unsignedRequests},
		{MessageSigning, fapiSigning, "jwks_uri", "client.high_security.keyless", keyless},
	}
}

// checkProfile holds the registration against every rule of its profile.
func checkProfile(c Client, _ bool) forms.Problems {
	switch c.HighSecurity {
	case Standard, FAPI2, MessageSigning:
	default:
		return forms.New("high_security", "client.high_security.bad", "one", FAPI2, "other", MessageSigning)
	}
	if !c.Secure() {
		return nil
	}
	var problems forms.Problems
	for _, rule := range rules() {
		if c.HighSecurity.demands(rule.since) && rule.broken(c) {
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

func unpushed(c Client) bool { return c.Type != Service && !c.Requests.Pushed }

func unsignedRequests(c Client) bool { return c.Type != Service && !c.Requests.Signed }

func keyless(c Client) bool { return c.Type != Service && c.JWKS == "" && c.JWKSURI == "" }

func plainRedirect(c Client) bool {
	return slices.ContainsFunc(c.RedirectURIs, func(raw string) bool { return !strings.HasPrefix(raw, "https://") })
}

func weakAlg(c Client) bool {
	for _, alg := range []string{c.IDTokenAlg, c.Algs.Userinfo, c.Algs.Authorization, c.Algs.Introspection,
		c.Algs.Request, c.Algs.Assertion, c.Algs.CIBARequest} {
		if alg != "" && !profileAlg(alg) {
			return true
		}
	}
	return false
}

// An AuthorizationRequestPolicy is an authorization request, as far as a profile looks at it.
type AuthorizationRequestPolicy struct {
	Pushed       bool   // it came, or comes now, by the pushed authorization request endpoint
	Signature    string // alg of the request object that carries it; empty if there is none
	ResponseType string
	RedirectURI  string // as sent; empty if it was left out
	Challenge    string // code_challenge
	Method       string // code_challenge_method
}

// CheckAsking holds an authorization request against the client's profile. Its
// error is a *Breach.
func (c Client) CheckAsking(a AuthorizationRequestPolicy) error {
	return c.firstBreach([]demand{
		{FAPI2, a.Pushed, ProfileViolation{"invalid_request", fapiCode, "push the authorization request first (RFC 9126)"}},
		{FAPI2, a.ResponseType == "code", ProfileViolation{"unsupported_response_type", fapiCode, "ask for response_type=code"}},
		{FAPI2, a.Challenge != "" && a.Method == "S256", ProfileViolation{"invalid_request", fapiCode, "send a code_challenge with code_challenge_method=S256"}},
		{FAPI2, a.RedirectURI != "", ProfileViolation{"invalid_request", fapiCode, "send a redirect_uri with the pushed request"}},
		{FAPI2, a.Signature == "" || profileAlg(a.Signature), ProfileViolation{"invalid_request_object", fapiCrypto, "sign the request object with ES256, PS256 or EdDSA"}},
		{MessageSigning, a.Signature != "", ProfileViolation{"invalid_request", fapiSigning, "send the parameters in a signed request object"}},
	})
}

// A TokenRequestPolicy is a request to the token endpoint, as far as a profile looks at
// it. How the client proved itself was checked when it did.
type TokenRequestPolicy struct {
	Bound bool // it came with a DPoP proof, or a certificate to bind tokens to
}

// CheckCalling holds a token request against the client's profile. Its error
// is a *Breach.
func (c Client) CheckCalling(a TokenRequestPolicy) error {
	return c.firstBreach([]demand{
		{FAPI2, a.Bound, ProfileViolation{"invalid_request", fapiServer, "prove a key, by DPoP or a client certificate, to bind the tokens to"}},
	})
}

// A demand is one requirement on a request, and whether it is met.
type demand struct {
	since SecurityProfile
	met   bool
	ProfileViolation
}

func (c Client) firstBreach(demands []demand) error {
	if !c.Secure() {
		return nil
	}
	for _, d := range demands {
		if c.HighSecurity.demands(d.since) && !d.met {
			return &d.ProfileViolation
		}
	}
	return nil
}
