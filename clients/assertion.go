package clients

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/fedhub/fedhub/internal/jsonx"
	"github.com/go-jose/go-jose/v4"
)

const (
	// skew is how far a client's clock may be off, either way.
	skew = 60 * time.Second
	// maxLife is how far ahead an assertion may expire, and so how long its
	// jti must be remembered.
	maxLife = 10 * time.Minute
	maxJTI  = 512 // bytes
)

// algorithms are those an assertion may be signed with by a client's own key.
func algorithms() []jose.SignatureAlgorithm {
	return []jose.SignatureAlgorithm{jose.ES256, jose.ES384, jose.RS256, jose.PS256, jose.EdDSA}
}

// sharedAlgorithms are those it may be signed with by a shared secret.
func sharedAlgorithms() []jose.SignatureAlgorithm {
	return []jose.SignatureAlgorithm{jose.HS256, jose.HS384, jose.HS512}
}

// algorithmsOf are those of one method; never both kinds at once, or a public
// key could pass as a shared one (RFC 8725 §3.1).
func algorithmsOf(method string) []jose.SignatureAlgorithm {
	if method == MethodSecretJWT {
		return sharedAlgorithms()
	}
	return algorithms()
}

// AssertionAlgs returns the names of the algorithms that clients may sign
// assertions with by these methods, for metadata.
func AssertionAlgs(methods ...string) []string {
	var names []string
	for _, method := range []string{MethodKey, MethodSecretJWT} {
		if slices.Contains(methods, method) {
			names = append(names, namesOf(algorithmsOf(method))...)
		}
	}
	return names
}

func namesOf(algs []jose.SignatureAlgorithm) []string {
	var names []string
	for _, alg := range algs {
		names = append(names, string(alg))
	}
	return names
}

// An assertion is a client's JWT, parsed and not yet verified.
type assertion struct {
	jws *jose.JSONWebSignature
	alg jose.SignatureAlgorithm
	kid string
}

// checkAssertion authenticates by RFC 7523 §3 as tightened by rfc7523bis.
// keys finds what may have signed. The error is *AuthError if the assertion
// is at fault.
func (r *Registry) checkAssertion(ctx context.Context, cred Credentials, find func(assertion) (keys, error), audiences []string) error {
	if r.replay == nil {
		return errors.New("authenticate client: no replay memory, so no assertion can be accepted")
	}
	a, err := parseAssertion(cred.Assertion, algorithmsOf(cred.Method))
	if err != nil {
		return rejected(err)
	}
	candidates, err := find(a)
	if err != nil {
		return rejected(err)
	}
	payload, err := a.verify(candidates)
	if err != nil {
		return rejected(err)
	}
	c, err := parseClaims(payload)
	if err != nil {
		return rejected(err)
	}
	if err := c.check(cred.ID, audiences, r.now()); err != nil {
		return rejected(err)
	}
	return r.useOnce(ctx, cred.ID, c)
}

// audiences is whom a client's assertion may name. Our issuer always; the token
// endpoint too, as RFC 7523 §3 had it and most libraries still do, unless the
// client is another hub or asked for high security (FAPI 2.0 §5.3.2.1).
func (r *Registry) audiences(c Client, audience string) []string {
	if audience == "" {
		audience = r.issuer
	}
	if r.tokenEndpoint == "" || c.Server != nil || c.Secure() {
		return []string{audience}
	}
	return []string{audience, r.tokenEndpoint}
}

// rejected tells the developer what is wrong with the assertion: it is the
// client's own, so nothing is given away.
func rejected(err error) *AuthError {
	return &AuthError{Code: InvalidClient, Description: "the client_assertion was not accepted: " + publicText(err), cause: err}
}

// A flaw is an error whose text may be shown to the client.
type flaw string

func (f flaw) Error() string { return string(f) }

func publicText(err error) string {
	var f flaw
	if errors.As(err, &f) {
		return string(f)
	}
	return "it could not be verified"
}

// parseAssertion takes a compact JWS only. Keys and links to keys in its header
// (jwk, jku, x5u, x5c) are never looked at.
func parseAssertion(raw string, allowed []jose.SignatureAlgorithm) (assertion, error) {
	if len(raw) > maxAssertion {
		return assertion{}, flaw("it is too long")
	}
	jws, err := jose.ParseSignedCompact(raw, allowed)
	if err != nil {
		return assertion{}, fmt.Errorf("%w (%w)", flaw("it is not a JWT signed with one of "+strings.Join(namesOf(allowed), " ")), err)
	}
	header := jws.Signatures[0].Protected
	// RFC 7515 §4.1.11: no extension is understood here.
	if _, found := header.ExtraHeaders["crit"]; found {
		return assertion{}, flaw("its crit header is not supported")
	}
	// A JWT made for another purpose must not pass (RFC 8725 §3.11); typ is
	// optional here, because most clients do not set it.
	if typ, found := header.ExtraHeaders[jose.HeaderType]; found {
		name, _ := typ.(string)
		if !strings.EqualFold(name, "client-authentication+jwt") && !strings.EqualFold(name, "JWT") {
			return assertion{}, flaw("its typ must be client-authentication+jwt or JWT")
		}
	}
	return assertion{jws: jws, alg: jose.SignatureAlgorithm(header.Algorithm), kid: header.KeyID}, nil
}

// verify returns the payload if one of the keys signed it.
func (a assertion) verify(candidates keys) ([]byte, error) {
	fitting := candidates.fitting(a.kid, a.alg)
	switch {
	case len(fitting) == 0:
		return nil, flaw("none of the client's published keys has its kid and fits its alg")
	case a.kid == "" && len(fitting) > 1 && !slices.Contains(sharedAlgorithms(), a.alg):
		return nil, flaw("it needs a kid, because the client has several keys that fit") // OIDC Core §10.1
	}
	for _, key := range fitting {
		if payload, err := a.jws.Verify(key.Key); err == nil {
			return payload, nil
		}
	}
	return nil, flaw("its signature is wrong")
}

// claims are those of RFC 7523 §3. Times are seconds since 1970.
type claims struct {
	iss, sub, jti string
	aud           string
	exp, nbf, iat *float64
}

// parseClaims reads names exactly as they are spelled, and types exactly as
// they must be: a number in quotes is not a number.
func parseClaims(payload []byte) (claims, error) {
	raw, err := jsonx.ParseObject(payload)
	if err != nil {
		return claims{}, flaw("its payload is not a JSON object")
	}
	// rfc7523bis §4: the audience is one string. An array lets an attacker's
	// server collect an assertion that another server accepts
	// (CVE-2025-27370, CVE-2025-27371).
	if err := jsonx.Unmarshal(raw["aud"], new(string)); err != nil {
		return claims{}, flaw("its aud must be one string, the issuer of this server")
	}
	var c claims
	for name, into := range map[string]any{
		"iss": &c.iss, "sub": &c.sub, "jti": &c.jti, "aud": &c.aud,
		"exp": &c.exp, "nbf": &c.nbf, "iat": &c.iat,
	} {
		value, found := raw[name]
		if !found {
			continue
		}
		if err := jsonx.Unmarshal(value, into); err != nil {
			return claims{}, flaw("its " + name + " has the wrong type")
		}
	}
	return c, nil
}

// check holds the claims against the rules, in the order of RFC 7523 §3.
func (c claims) check(id string, audiences []string, now time.Time) error {
	seconds := float64(now.UnixMilli()) / 1000
	switch {
	case id == "" || c.iss != id:
		return flaw("its iss must be the client_id")
	case c.sub != id:
		return flaw("its sub must be the client_id")
	case c.aud == "" || !slices.Contains(audiences, c.aud):
		return flaw("its aud must be one string, the issuer of this server")
	case c.exp == nil:
		return flaw("it has no exp")
	case *c.exp <= seconds-skew.Seconds():
		return flaw("it has expired")
	case *c.exp > seconds+(maxLife+skew).Seconds():
		return flaw("its exp is more than 10 minutes ahead")
	case c.nbf != nil && *c.nbf > seconds+skew.Seconds():
		return flaw("its nbf is in the future")
	case c.iat != nil && *c.iat > seconds+skew.Seconds():
		return flaw("its iat is in the future")
	case c.jti == "":
		return flaw("it has no jti")
	case len(c.jti) > maxJTI:
		return flaw("its jti is too long")
	}
	return nil
}

// useOnce burns the jti. It is the last check, so nobody can burn a jti with
// an assertion that is not valid otherwise. The memory reaches as far as the
// assertion would be accepted, tolerance included.
func (r *Registry) useOnce(ctx context.Context, id string, c claims) error {
	until := time.UnixMilli(int64(*c.exp * 1000)).Add(skew + time.Second)
	err := r.replay(ctx, hash(id+"\x00"+c.jti), until)
	switch {
	case errors.Is(err, fs.ErrExist):
		return rejected(flaw("its jti was used before"))
	case err != nil:
		return fmt.Errorf("remember assertion: %w", err)
	}
	return nil
}
