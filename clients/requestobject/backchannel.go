package requestobject

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/internal/jsonx"
	"github.com/fedhub/fedhub/internal/jwt"
)

// backLife is how far in the future a signed request may expire, and so how
// long its jti must be remembered.
const backLife = time.Hour

// BackchannelAlgs returns the algorithm names for signed back-channel requests,
// for metadata. Shared secrets are not allowed (CIBA §4).
func BackchannelAlgs() []string { return clientauth.Names(clientauth.KeyAlgs()) }

// OpenBackchannel verifies a signed authentication request and uses it up. If
// the request is wrong, the error is *Error.
func (o Opener) OpenBackchannel(ctx context.Context, r Registered, raw string) (jsonx.Object, error) {
	policy := backPolicy()
	members, claims, err := o.backRequest(ctx, policy, r, raw)
	if err != nil {
		return nil, refused(err)
	}
	if o.Verifier.Replay == nil {
		return nil, errors.New("open a signed request: there is no replay memory, so no request can be accepted")
	}
	err = o.Verifier.UseOnce(ctx, strings.Join([]string{"ciba", r.ID, claims.ID}, "\x00"), policy.Until(claims))
	if errors.Is(err, fs.ErrExist) {
		err = refused(jwt.Flaw("jwt.used"))
	}
	return members, err
}

func (o Opener) backRequest(ctx context.Context, policy jwt.Policy, r Registered, raw string) (members jsonx.Object, claims jwt.Claims, err error) {
	header, err := policy.Header(raw)
	if err == nil && header.Algorithm != r.BackchannelAlg {
		err = jwt.Flaw("jwt.alg.requests", "alg", r.BackchannelAlg)
	}
	if err != nil {
		return nil, claims, err
	}
	token, err := policy.Only(jose.SignatureAlgorithm(r.BackchannelAlg)).Parse(raw)
	if err != nil {
		return nil, claims, err
	}
	claims, err = policy.Claims(token, jwt.Want{Issuer: r.ID, Audience: []string{o.Verifier.Issuer}, Now: o.Verifier.Now()})
	if err == nil && claims.Subject == r.ID {
		err = jwt.Flaw("jwt.sub.client") // RFC 9101 §10.8
	}
	if err != nil {
		return nil, claims, err
	}
	members, err = o.Verifier.Keys.Verify(ctx, r.Publisher, token)
	return members, claims, err
}

// backPolicy is for a back-channel request (CIBA §7.1.1), where every claim is
// required.
func backPolicy() jwt.Policy {
	return jwt.Policy{
		Use: "back-channel request", Algorithms: clientauth.KeyAlgs(), Types: []string{TypeRequest, "JWT"}, Untyped: true,
		Audience: jwt.Among, MaxSize: maxSize, By: "jwt.by.client", For: "jwt.for.issuer",
		Required: []string{"exp", "iat", "nbf", "jti"}, Absent: []string{"response_type", "redirect_uri"},
		Leeway: clientauth.Skew, MaxLife: backLife, MaxAge: backLife, // FAPI-CIBA §5.2.2
	}
}

// TokenPolicies are the rules for requests that clients sign.
func TokenPolicies() []jwt.Policy { return []jwt.Policy{Policy(), backPolicy()} }
