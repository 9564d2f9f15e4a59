package clients

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/fedhub/fedhub/internal/jsonx"
	"github.com/fedhub/fedhub/internal/jwt"
	"github.com/go-jose/go-jose/v4"
)

const (
	// skew is how far a client's clock may be off, either way.
	skew = 60 * time.Second
	// maxLife is how far ahead an assertion may expire, and so how long its
	// jti must be remembered.
	maxLife = 10 * time.Minute
)

// algorithms are those an assertion may be signed with by a client's own key.
func algorithms() []jose.SignatureAlgorithm {
	return []jose.SignatureAlgorithm{jose.ES256, jose.ES384, jose.RS256, jose.PS256, jose.EdDSA}
}

// sharedAlgorithms are those it may be signed with by a shared secret.
func sharedAlgorithms() []jose.SignatureAlgorithm {
	return []jose.SignatureAlgorithm{jose.HS256, jose.HS384, jose.HS512}
}

// algorithmsOf are those of one method.
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

// checkAssertion authenticates by a JWT. find finds the keys that may have
// signed it. The error is *AuthError if the assertion is at fault.
func (r *Registry) checkAssertion(ctx context.Context, cred Credentials, find func(*jwt.Token) (keys, error), audiences []string) error {
	if r.replay == nil {
		return errors.New("authenticate client: no replay memory, so no assertion can be accepted")
	}
	policy := assertionPolicy(cred.Method)
	c, err := r.assertedBy(policy, cred, find, audiences)
	if err != nil {
		return rejected(err)
	}
	return r.useOnce(ctx, policy, cred.ID, c)
}

func (r *Registry) assertedBy(policy jwt.Policy, cred Credentials, find func(*jwt.Token) (keys, error), audiences []string) (jwt.Claims, error) {
	token, err := policy.Parse(cred.Assertion)
	if err != nil {
		return jwt.Claims{}, err
	}
	candidates, err := find(token)
	if err != nil {
		return jwt.Claims{}, err
	}
	claims, err := verified(token, candidates)
	if err != nil {
		return jwt.Claims{}, err
	}
	if cred.ID == "" {
		return jwt.Claims{}, flaw("its iss must be the client_id")
	}
	c, err := policy.Check(claims, jwt.Want{Issuer: cred.ID, Audience: audiences, Now: r.now()})
	if err == nil && c.Subject != cred.ID {
		err = flaw("its sub must be the client_id")
	}
	return c, err
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
type flaw = jwt.Flaw

func publicText(err error) string {
	var f flaw
	if errors.As(err, &f) {
		return string(f)
	}
	return "it could not be verified"
}

// useOnce burns the jti. It is the last check, so nobody can burn a jti with
// an assertion that is not valid otherwise. The memory reaches as far as the
// assertion would be accepted, tolerance included.
func (r *Registry) useOnce(ctx context.Context, policy jwt.Policy, id string, c jwt.Claims) error {
	err := r.replay(ctx, hash(id+"\x00"+c.ID), policy.Until(c))
	switch {
	case errors.Is(err, fs.ErrExist):
		return rejected(flaw("its jti was used before"))
	case err != nil:
		return fmt.Errorf("remember assertion: %w", err)
	}
	return nil
}

// TokenPolicies are what the tokens must be that clients, and those who speak
// for them, sign.
func TokenPolicies() []jwt.Policy {
	return []jwt.Policy{
		assertionPolicy(MethodKey), assertionPolicy(MethodSecretJWT), grantPolicy(), statementPolicy(), RequestPolicy(), backPolicy(),
	}
}

// assertionPolicy is for what a client proves itself with (RFC 7523 §3, as
// tightened by rfc7523bis). typ is optional, because most clients set none.
// The algorithms are those of one method, never both kinds at once, or a
// public key could pass as a shared one (RFC 8725 §3.1).
func assertionPolicy(method string) jwt.Policy {
	return jwt.Policy{
		Use: "client assertion", Algorithms: algorithmsOf(method), Types: []string{"client-authentication+jwt", "JWT"}, Untyped: true,
		Audience: jwt.One, MaxSize: maxAssertion, By: "the client_id", For: "the issuer of this server",
		Required: []string{"sub", "exp", "jti"}, Leeway: skew, MaxLife: maxLife,
	}
}

// grantPolicy is for an assertion that is handed in as a grant (RFC 7523
// §2.1). What was made to authenticate a client says so and is none.
func grantPolicy() jwt.Policy {
	p := assertionPolicy(MethodKey)
	p.Use, p.Types, p.By = "assertion grant", []string{"authorization-grant+jwt", "JWT"}, "who signed it"
	p.For = "the issuer of this server or its token endpoint"
	return p
}

// statementPolicy is for a software statement (RFC 7591 §2.3). It describes a
// program and nobody reads it in particular; what has a subject is about
// somebody, by the same issuer.
func statementPolicy() jwt.Policy {
	return jwt.Policy{
		Use: "software statement", Algorithms: algorithms(), Types: []string{"JWT", "software-statement+jwt"}, Untyped: true,
		Audience: jwt.Elsewhere, MaxSize: maxStatement, Required: []string{"iss"}, Absent: []string{"sub"}, Ignored: []string{"iat", "jti"}, Leeway: skew,
	}
}

// RequestPolicy is for a request object (RFC 9101 §4). What must be there
// depends on the client, and is checked with the parameters.
func RequestPolicy() jwt.Policy {
	return jwt.Policy{
		Use: "request object", Algorithms: append(algorithms(), jose.HS256), Types: []string{TypeRequest, "JWT"}, Untyped: true, // RFC 9101 §10.8
		Audience: jwt.IfNamed, MaxSize: maxObject, By: "the client_id", For: "the issuer of this server",
		Absent:  []string{"login_hint_token", "binding_message", "user_code", "requested_expiry", "client_notification_token"},
		Ignored: []string{"iat", "jti"}, Leeway: skew,
	}
}

// backPolicy is for a request by back channel (CIBA §7.1.1), which leaves no
// claim out.
func backPolicy() jwt.Policy {
	return jwt.Policy{
		Use: "back-channel request", Algorithms: algorithms(), Types: []string{TypeRequest, "JWT"}, Untyped: true,
		Audience: jwt.Among, MaxSize: maxObject, By: "the client_id", For: "the issuer of this server",
		Required: []string{"exp", "iat", "nbf", "jti"}, Absent: []string{"response_type", "redirect_uri"},
		Leeway: skew, MaxLife: backLife, MaxAge: backLife, // FAPI-CIBA §5.2.2
	}
}

// verified returns the claims of a token that one of the keys signed.
func verified(t *jwt.Token, candidates keys) (jsonx.Object, error) {
	alg := jose.SignatureAlgorithm(t.Algorithm)
	fitting := candidates.fitting(t.KeyID, alg)
	switch {
	case len(fitting) == 0:
		return nil, flaw("none of the client's published keys has its kid and fits its alg")
	case t.KeyID == "" && len(fitting) > 1 && !slices.Contains(sharedAlgorithms(), alg):
		return nil, flaw("it needs a kid, because the client has several keys that fit") // OIDC Core §10.1
	}
	for _, key := range fitting {
		payload, err := t.Verify(key.Key)
		if err != nil {
			continue
		}
		claims, err := jsonx.ParseObject(payload)
		if err != nil {
			return nil, flaw("its payload cannot be used: " + err.Error())
		}
		return claims, nil
	}
	return nil, flaw("its signature is wrong")
}
