package peer

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"time"

	"github.com/fedhub/fedhub/federation/openid"
)

const (
	assertionLife = 60 * time.Second
	assertionType = "client-authentication+jwt" // rfc7523bis §4
)

// authenticate signs a client assertion for the token endpoint
// (private_key_jwt, OpenID Connect Core §9).
func (c *Connector) authenticate(ctx context.Context, doc openid.Discovery) (openid.Proof, error) {
	if !slices.Contains(doc.AuthMethods, "private_key_jwt") {
		return openid.Proof{}, fmt.Errorf("%w: it does not accept signed assertions, so it is not a hub", openid.ErrNoMethod)
	}
	assertion, err := c.assertion(ctx, doc)
	if err != nil {
		return openid.Proof{}, err
	}
	return openid.AssertionProof(assertion), nil
}

// assertion makes a new one for each request. Its audience is the issuer as a
// single string, never an endpoint and never a list, so that another federated
// server cannot use it (rfc7523bis §4).
func (c *Connector) assertion(ctx context.Context, doc openid.Discovery) (string, error) {
	now := c.env.Now()
	id := c.clientID()
	assertion, err := c.env.Sign(ctx, map[string]any{
		"iss": id,
		"sub": id,
		"aud": doc.Issuer,
		"jti": rand.Text(),
		"iat": now.Unix(),
		"exp": now.Add(assertionLife).Unix(),
	}, assertionType)
	if err != nil {
		return "", fmt.Errorf("sign a client assertion: %w", err)
	}
	return assertion, nil
}
