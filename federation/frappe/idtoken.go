package frappe

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/federation"
	reading "github.com/fedhub/fedhub/federation/internal/claims"
	"github.com/fedhub/fedhub/federation/internal/oauth2client"
	"github.com/fedhub/fedhub/internal/jsonx"
	"github.com/fedhub/fedhub/internal/jwt"
	"github.com/fedhub/fedhub/internal/secrets"
)

const skew = 2 * time.Minute // tolerance for the site's clock

// claims are those of a token that passed every check; empty if there is no
// token, or no secret to check it with.
type claims struct {
	reading.Document
	there bool
}

// key is the client secret as a key for HMAC. Secrets of sites before v17 have
// ten characters, and the library requires the digest's length (RFC 7518 §3.2).
// HMAC itself pads a short key with zeros (RFC 2104 §2), so padding it here
// changes no signature. The key stays as weak as before: see
// federation.ShortSecret.
func key(secret string) []byte {
	filled := make([]byte, max(len(secret), sha256.Size))
	copy(filled, secret)
	return filled
}

// verify returns the claims of the id_token of a sign-in.
func (c *Connector) verify(leg federation.AuthState, got oauth2client.Tokens) (claims, error) {
	return c.checked(got, func(d reading.Document) error {
		if leg.Nonce == "" || !secrets.Same(d.Exact("nonce"), leg.Nonce) { // FE-13
			return errors.New("its nonce is not the one that was sent")
		}
		return nil
	})
}

// verifyAgain is for a token of a refresh; current sites send none. It must be
// about the same user (OpenID Connect Core §12.2).
func (c *Connector) verifyAgain(before federation.Tokens, got oauth2client.Tokens) (claims, error) {
	return c.checked(got, func(d reading.Document) error {
		if id, err := d.ID("sub"); err != nil || id != before.Subject {
			return errors.New("it is about another subject than before")
		}
		return nil
	})
}

func (c *Connector) checked(got oauth2client.Tokens, more func(reading.Document) error) (claims, error) {
	if got.ID == "" || c.Secret == "" {
		return claims{}, nil
	}
	d, err := c.opened(got.ID)
	if err != nil {
		return claims{}, err
	}
	// Checks that the policy does not have. A site may use several issuers, and
	// an administrator must be told which one it used.
	for _, check := range []func(reading.Document) error{
		c.issuer, more, func(d reading.Document) error { return hash(d, got.Access) }, c.subject,
	} {
		if err := check(d); err != nil {
			return claims{}, err
		}
	}
	return claims{d, true}, nil
}

// TokenPolicies are the rules for sites' tokens.
func TokenPolicies() []jwt.Policy { return []jwt.Policy{idTokenPolicy()} }

func idTokenPolicy() jwt.Policy {
	return jwt.Policy{
		Use: "id_token of a Frappe site", Algorithms: []jose.SignatureAlgorithm{jose.HS256}, Types: []string{"JWT"}, Untyped: true,
		Audience: jwt.Alone, MaxSize: oauth2client.MaxToken, For: "jwt.for.us.alone",
		Required: []string{"iss", "aud", "exp", "iat"}, Absent: []string{"events"}, Ignored: []string{"sub", "jti"}, Leeway: skew,
	}
}

// opened returns the payload of a token that is signed with our secret, by the
// only algorithm of sites, for us and valid now.
func (c *Connector) opened(raw string) (reading.Document, error) {
	token, err := idTokenPolicy().Parse(raw)
	if err != nil {
		return reading.Document{}, err
	}
	payload, err := token.Verify(key(c.Secret))
	if err != nil {
		return reading.Document{}, errors.New("it is not signed with the client secret of this provider; copy the secret from the site's OAuth Client again")
	}
	claims, err := jsonx.ParseObject(payload)
	if err == nil {
		_, err = idTokenPolicy().Check(claims, jwt.Want{Audience: []string{c.Key.ClientID}, Now: c.Env.Now()})
	}
	if err != nil {
		return reading.Document{}, err
	}
	return reading.Parse(payload)
}

// hash checks at_hash, which binds the access token to the id_token (Core
// §3.1.3.6).
func hash(d reading.Document, access string) error {
	if _, found := d.At("at_hash"); !found {
		return nil
	}
	sum := sha256.Sum256([]byte(access))
	if want := base64.RawURLEncoding.EncodeToString(sum[:sha256.Size/2]); !secrets.Same(d.Exact("at_hash"), want) {
		return errors.New("its at_hash does not match the access token")
	}
	return nil
}
