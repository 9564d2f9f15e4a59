package frappe

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/federation"
	reading "github.com/fedhub/fedhub/federation/internal/claims"
	"github.com/fedhub/fedhub/federation/internal/oauth2client"
	"github.com/fedhub/fedhub/internal/jsonx"
	"github.com/fedhub/fedhub/internal/jwt"
	"github.com/fedhub/fedhub/internal/secrets"
)

const skew = 2 * time.Minute // how far the site's clock may be off

// claims are those of a token that passed every check; none if there is no
// token, or nothing to check it with.
type claims struct {
	reading.Document
	there bool
}

// key is the client secret as a key for HMAC. Sites before v17 have secrets of
// ten characters, and the library takes none shorter than the digest (RFC 7518
// §3.2). HMAC itself fills a short key with zeros (RFC 2104 §2), so filling it
// here changes no signature. It is as weak as
// it was: see federation.ShortSecret.
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

// verifyAgain is for one that comes with a refresh: today's sites send none. It
// must be about the same person (OpenID Connect Core §12.2).
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
	// The order of OpenID Connect Core §3.1.3.7.
	for _, check := range []func(reading.Document) error{
		c.named, c.audience, c.times, more, func(d reading.Document) error { return hash(d, got.Access) }, c.subject,
	} {
		if err := check(d); err != nil {
			return claims{}, err
		}
	}
	return claims{d, true}, nil
}

// TokenPolicies are what the tokens of sites must be.
func TokenPolicies() []jwt.Policy { return []jwt.Policy{idTokenPolicy()} }

func idTokenPolicy() jwt.Policy {
	return jwt.Policy{
		Use: "id_token of a Frappe site", Algorithms: []jose.SignatureAlgorithm{jose.HS256}, Types: []string{"JWT"}, Untyped: true,
		Audience: jwt.ByCaller, MaxSize: oauth2client.MaxToken, By: "the site", Required: []string{"iss", "sub", "aud", "exp", "iat"}, Absent: []string{"events"}, Leeway: skew,
	}
}

// opened returns the payload of a token that is signed with our secret, by the
// one algorithm that sites have.
func (c *Connector) opened(raw string) (reading.Document, error) {
	token, err := idTokenPolicy().Parse(raw)
	if err != nil {
		return reading.Document{}, err
	}
	payload, err := token.Verify(key(c.Secret))
	if err != nil {
		return reading.Document{}, errors.New("it is not signed with the client secret of this key. Copy the secret from the site's OAuth Client again")
	}
	return reading.Parse(payload)
}

// named wants an issuer, and the right one.
func (c *Connector) named(d reading.Document) error {
	if _, found := d.At("iss"); !found {
		return errors.New("it has no iss")
	}
	return c.issuer(d)
}

// audience wants us and nobody else: a site names one client, as a text.
func (c *Connector) audience(d reading.Document) error {
	value, _ := d.At("aud")
	list, err := jsonx.Object{"aud": value}.List("aud")
	if err != nil || len(list) != 1 || list[0] != c.Key.ClientID {
		return errors.New("its aud is not us")
	}
	return nil
}

func (c *Connector) times(d reading.Document) error {
	expires, err := seconds(d, "exp")
	if err != nil {
		return err
	}
	issued, err := seconds(d, "iat")
	if err != nil {
		return err
	}
	now := c.Env.Now()
	switch {
	case !now.Before(expires):
		return errors.New("it has expired")
	case issued.After(now.Add(skew)):
		return errors.New("its iat is in the future")
	}
	return nil
}

func seconds(d reading.Document, name string) (time.Time, error) {
	value, _ := d.At(name)
	n, err := jsonx.Number(value).Int64()
	if err != nil {
		return time.Time{}, fmt.Errorf("it has no usable %s", name)
	}
	return time.Unix(n, 0), nil
}

// hash ties the access token to the id_token (Core §3.1.3.6).
func hash(d reading.Document, access string) error {
	if _, found := d.At("at_hash"); !found {
		return nil
	}
	sum := sha256.Sum256([]byte(access))
	if want := base64.RawURLEncoding.EncodeToString(sum[:sha256.Size/2]); !secrets.Same(d.Exact("at_hash"), want) {
		return errors.New("its at_hash is not of the access token")
	}
	return nil
}
