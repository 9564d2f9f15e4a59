package openid

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/internal/secrets"
)

// appleSecretLife is the lifetime of a client secret, made for one request.
// Apple would accept half a year.
const appleSecretLife = 2 * time.Minute

// appleManners makes a client secret for each request from the team's private
// key. If a name or address is requested, Apple posts its answer, with the name
// beside it at the first sign-in only.
func appleManners(m *quirks, c *Connector, s secret) error {
	m.formPost = []string{"name", "email"}
	m.named = true
	m.verified = func(document object) bool { return truth(document, "email_verified") }
	if s == "" {
		return nil // a draft
	}
	private, err := secrets.ParsePrivateKey(string(s))
	if err != nil {
		return fmt.Errorf("read Apple's private key: %w", err)
	}
	signer, err := jose.NewSigner(
		jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: private, KeyID: c.key.Options["key_id"]}},
		(&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return fmt.Errorf("use Apple's private key: %w", err)
	}
	m.authenticate = func(_ context.Context, doc Discovery) (Proof, error) {
		minted, err := c.appleSecret(signer, doc.Issuer)
		return Proof{secret: minted}, err
	}
	return nil
}

func (c *Connector) appleSecret(signer jose.Signer, issuer string) (secret, error) {
	now := c.env.Now()
	claims, err := json.Marshal(map[string]any{
		"iss": c.key.Options["team_id"],
		"sub": c.dialect.ClientID,
		"aud": issuer,
		"iat": now.Unix(),
		"exp": now.Add(appleSecretLife).Unix(),
	})
	if err != nil {
		return "", err
	}
	signed, err := signer.Sign(claims)
	if err != nil {
		return "", err
	}
	compact, err := signed.CompactSerialize()
	return secret(compact), err
}

// handed is the name that came beside the answer. The browser sent it, so it is
// the user's own statement, and only the name is used.
func handed(user string) object {
	o, err := parseObject([]byte(user))
	if err != nil {
		return nil
	}
	name, err := parseObject(o["name"])
	if err != nil {
		return nil
	}
	out := object{}
	for theirs, ours := range map[string]string{"firstName": "given_name", "lastName": "family_name"} {
		if name.Loose(theirs) != "" {
			out[ours] = name[theirs]
		}
	}
	given, family := name.Loose("firstName"), name.Loose("lastName")
	if given != "" && family != "" {
		given += " "
	}
	if full, err := json.Marshal(given + family); err == nil && given+family != "" {
		out["name"] = full
	}
	return out
}
