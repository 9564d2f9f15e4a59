package fapi

import "github.com/fedhub/fedhub/internal/texts"

// A Violation names the requirement that a client's request does not meet.
type Violation struct {
	Code   string // of the OAuth error
	Clause string // the document and section
	Do     string // the code of the sentence that says what to do instead
}

func (v *Violation) Error() string { return v.Do }

// Sentence is for the client's developer.
func (v *Violation) Sentence() texts.Text {
	return texts.New("oauth.profile", "do", texts.New(v.Do), "clause", v.Clause)
}

// An AuthorizationRequest is the part of one that a profile checks.
type AuthorizationRequest struct {
	Pushed       bool   // it came to the pushed authorization request endpoint
	Signature    string // alg of its request object; empty if there is none
	ResponseType string
	RedirectURI  string // as sent; empty if omitted
	Challenge    string // code_challenge
	Method       string // code_challenge_method
}

// Check checks the request against a profile. Its error is a *Violation.
func (a AuthorizationRequest) Check(p Profile) error {
	return first(p, []demand{
		{Security, a.Pushed, Violation{"invalid_request", Code, "oauth.profile.push"}},
		{Security, a.ResponseType == "code", Violation{"unsupported_response_type", Code, "oauth.profile.code"}},
		{Security, a.Challenge != "" && a.Method == "S256", Violation{"invalid_request", Code, "oauth.profile.pkce"}},
		{Security, a.RedirectURI != "", Violation{"invalid_request", Code, "oauth.profile.redirect_uri"}},
		{Security, a.Signature == "" || AlgOK(a.Signature), Violation{"invalid_request_object", Crypto, "oauth.profile.alg"}},
		{MessageSigning, a.Signature != "", Violation{"invalid_request", Signing, "oauth.profile.object"}},
	})
}

// A TokenRequest is the part of one that a profile checks. Client
// authentication was checked before.
type TokenRequest struct {
	Bound bool // it has a DPoP proof, or a certificate to bind tokens to
}

// Check checks the request against a profile. Its error is a *Violation.
func (t TokenRequest) Check(p Profile) error {
	return first(p, []demand{
		{Security, t.Bound, Violation{"invalid_request", Server, "oauth.profile.bound"}},
	})
}

// A demand is one requirement, and whether the request meets it.
type demand struct {
	since Profile // the profile that introduced it
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
