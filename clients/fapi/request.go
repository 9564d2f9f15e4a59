package fapi

// A Violation says which requirement of its profile a client's request broke.
type Violation struct {
	Code   string // of the OAuth error
	Clause string // the document and section
	Text   string // what to do instead
}

// Error is a sentence for the client's developer.
func (v *Violation) Error() string {
	return v.Text + "; this client is registered for high security (" + v.Clause + ")"
}

// An AuthorizationRequest is one, as far as a profile looks at it.
type AuthorizationRequest struct {
	Pushed       bool   // it came, or comes now, by the pushed authorization request endpoint
	Signature    string // alg of the request object that carries it; empty if there is none
	ResponseType string
	RedirectURI  string // as sent; empty if it was left out
	Challenge    string // code_challenge
	Method       string // code_challenge_method
}

// Check holds the request against a profile. Its error is a *Violation.
func (a AuthorizationRequest) Check(p Profile) error {
	return first(p, []demand{
		{Security, a.Pushed, Violation{"invalid_request", Code, "push the authorization request first (RFC 9126)"}},
		{Security, a.ResponseType == "code", Violation{"unsupported_response_type", Code, "ask for response_type=code"}},
		{Security, a.Challenge != "" && a.Method == "S256", Violation{"invalid_request", Code, "send a code_challenge with code_challenge_method=S256"}},
		{Security, a.RedirectURI != "", Violation{"invalid_request", Code, "send a redirect_uri with the pushed request"}},
		{Security, a.Signature == "" || AlgOK(a.Signature), Violation{"invalid_request_object", Crypto, "sign the request object with ES256, PS256 or EdDSA"}},
		{MessageSigning, a.Signature != "", Violation{"invalid_request", Signing, "send the parameters in a signed request object"}},
	})
}

// A TokenRequest is one, as far as a profile looks at it. How the client proved
// itself was checked when it did.
type TokenRequest struct {
	Bound bool // it came with a DPoP proof, or a certificate to bind tokens to
}

// Check holds the request against a profile. Its error is a *Violation.
func (t TokenRequest) Check(p Profile) error {
	return first(p, []demand{
		{Security, t.Bound, Violation{"invalid_request", Server, "prove a key, by DPoP or a client certificate, to bind the tokens to"}},
	})
}

// A demand is one requirement on a request, and whether it is met.
type demand struct {
	since Profile // the profile it came with
	met   bool
	Violation
}

func first(p Profile, demands []demand) error {
	for _, d := range demands {
		if p.Demands(d.since) && !d.met {
			return &d.Violation
		}
	}
	return nil
}
