package hubtest

import (
	"crypto/rand"
	"net/url"
)

func (p Profile) Registers() bool { return p.Dynamic }

// Inside is a request with all parameters in the request object, and outside of
// it only those that OAuth 2.0 requires.
func (p *Party) Inside(pairs ...string) (request url.Values, claims map[string]any) {
	request = p.Request(pairs...)
	claims = map[string]any{}
	for name := range request {
		claims[name] = request.Get(name)
	}
	claims["iss"], claims["aud"] = p.ID, p.E.Site.URL
	return request, claims
}

// UnsignedAlg is the metadata of a client with unsigned request objects; nil if
// the hub does not support them.
func (e *Exam) UnsignedAlg() any {
	if e.Site.Lists("request_object_signing_alg_values_supported", "none") {
		return "none"
	}
	return nil
}

// Offline completes a login that returns a refresh token (OIDC Core §11).
func (e *Exam) Offline(pairs ...any) (*Party, login) {
	e.Helper()
	grants := []string{"authorization_code", "refresh_token"}
	if e.Response != "code" {
		grants = append(grants, "implicit")
	}
	p := e.Client(append([]any{"grant_types", grants}, pairs...)...)
	l := p.SignIn(e.Browser(), "scope", "openid offline_access", "prompt", "consent", "nonce", (rand.Text() + rand.Text())[:43])
	if l.Refresh == "" {
		e.Fatal("there is no refresh token")
	}
	return p, l
}

// CheckRefreshedID checks an ID token against OIDC Core §12.2.
func (e *Exam) CheckRefreshedID(l login, token string) {
	e.Helper()
	_, before := e.Verified("ID token", l.ID)
	_, after := e.Verified("ID token", token)
	for _, name := range []string{"iss", "sub", "aud", "azp", "auth_time"} {
		Want(e, name+" of the new ID token", after[name], before[name])
	}
	if after["iat"].(float64) <= before["iat"].(float64) {
		e.Errorf("iat went from %v to %v", before["iat"], after["iat"])
	}
	if after["nonce"] != nil && after["nonce"] != before["nonce"] {
		e.Errorf("nonce is %v", after["nonce"])
	}
	e.CheckClaims(after)
}
