package clients

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"time"

	"github.com/fedhub/fedhub/internal/jsonx"
	"github.com/fedhub/fedhub/internal/jwt"
	"github.com/go-jose/go-jose/v4"
)

// A client that asks by back channel may sign what it asks (OpenID Connect CIBA
// §7.1.1). Whether it does is its registration.

// backLife is how far ahead a signed request may expire, and so how long its
// jti must be remembered.
const backLife = time.Hour

// BackAlgs returns the names of the algorithms that may sign a request made by
// back channel, for metadata. Secrets sign none (CIBA §4).
func BackAlgs() []string { return keyAlgs() }

// OpenBack verifies a signed authentication request and uses it up. The error
// is *ObjectError if the request is at fault.
func (r *Registry) OpenBack(ctx context.Context, c Client, raw string) (jsonx.Object, error) {
	policy := backPolicy()
	members, claims, err := r.backRequest(ctx, policy, c, raw)
	if err != nil {
		return nil, badObject(err)
	}
	if r.replay == nil {
		return nil, errors.New("open a signed request: no replay memory, so none can be accepted")
	}
	// The last check, so nobody can use up a jti with a request that is not valid otherwise.
	err = r.replay(ctx, hash(strings.Join([]string{"ciba", c.ID, claims.ID}, "\x00")), policy.Until(claims))
	if errors.Is(err, fs.ErrExist) {
		err = badObject(flaw("its jti was used before"))
	}
	return members, err
}

func (r *Registry) backRequest(ctx context.Context, policy jwt.Policy, c Client, raw string) (jsonx.Object, jwt.Claims, error) {
	header, err := policy.Header(raw)
	if err == nil && header.Algorithm != c.Algs.CIBARequest {
		err = flaw("this client is registered for requests signed with " + c.Algs.CIBARequest)
	}
	if err != nil {
		return nil, jwt.Claims{}, err
	}
	token, err := policy.Only(jose.SignatureAlgorithm(c.Algs.CIBARequest)).Parse(raw)
	if err != nil {
		return nil, jwt.Claims{}, err
	}
	candidates, err := r.keysFor(ctx, c, token)
	if err != nil {
		return nil, jwt.Claims{}, err
	}
	members, err := verified(token, candidates)
	if err != nil {
		return nil, jwt.Claims{}, err
	}
	claims, err := policy.Check(members, jwt.Want{Issuer: c.ID, Audience: []string{r.issuer}, Now: r.now()})
	if err == nil && claims.Subject == c.ID {
		err = flaw("its sub may not be the client_id: it could be taken for a client assertion") // RFC 9101 §10.8
	}
	return members, claims, err
}
