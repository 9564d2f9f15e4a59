package openid

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/internal/cache"
	"github.com/fedhub/fedhub/internal/jsonx"
	"github.com/fedhub/fedhub/internal/jwt"
	"github.com/go-jose/go-jose/v4"
)

const (
	keysLife = time.Hour // a revoked key still counts for at most this time
	maxKeys  = 100
)

// A keySet is a provider's public signing keys.
type keySet = cache.Value[[]jose.JSONWebKey]

func newKeySet(c *Connector) *keySet {
	return &keySet{
		Fetch: c.fetchKeys,
		Fresh: keysLife, Sorry: failureLife, Limit: c.env.Patience, Now: c.env.Now,
	}
}

func (c *Connector) fetchKeys(ctx context.Context) ([]jose.JSONWebKey, error) {
	doc, err := c.Discover(ctx)
	if err != nil {
		return nil, err
	}
	answer, err := c.line.Document(ctx, doc.JWKSURI)
	switch {
	case err != nil:
		return nil, fmt.Errorf("get the key set: %w", err)
	case answer.Status >= 500:
		return nil, c.faultf(federation.Unreachable, "the key set answered %d", answer.Status)
	case answer.Status != http.StatusOK:
		return nil, fmt.Errorf("the key set answered %d", answer.Status)
	}
	keys, err := parseKeys(answer.Body)
	if err == nil {
		if err := c.env.Saw(ctx, c.key.ID, published(keys)); err != nil {
			c.env.Log.WarnContext(ctx, "could not store the published keys of a provider", "key", c.key.ID, "error", err)
		}
	}
	return keys, err
}

// published converts keys to the stored form.
func published(keys []jose.JSONWebKey) []federation.PublishedKey {
	var out []federation.PublishedKey
	for _, key := range keys {
		if sum, err := key.Thumbprint(crypto.SHA256); err == nil && len(key.KeyID) <= maxWord {
			out = append(out, federation.PublishedKey{KeyID: federation.CleanText(key.KeyID, maxWord), Thumbprint: base64.RawURLEncoding.EncodeToString(sum)})
		}
	}
	return out
}

// parseKeys reads a JWK Set (RFC 7517 §5) and skips unsupported keys, as the
// RFC requires.
func parseKeys(body []byte) ([]jose.JSONWebKey, error) {
	o, err := parseObject(body)
	if err != nil {
		return nil, fmt.Errorf("the key set: %w", err)
	}
	var entries []jsonx.Value
	if err := o.Read(map[string]any{"keys": &entries}); err != nil {
		return nil, fmt.Errorf("the key set: %w", err)
	}
	if len(entries) > maxKeys {
		return nil, fmt.Errorf("the key set has more than %d keys", maxKeys)
	}
	var keys []jose.JSONWebKey
	for _, entry := range entries {
		if key, ok := parseKey(entry); ok {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("the key set has no usable key: %w", cache.ErrNothingYet)
	}
	return keys, nil
}

func parseKey(entry []byte) (jose.JSONWebKey, bool) {
	members, err := jsonx.ParseObject(entry)
	if err != nil {
		return jose.JSONWebKey{}, false
	}
	// A published shared or private key proves nothing, because everyone has
	// it.
	key, ok := jwt.PublicKey(members)
	if !ok || key.Use != "" && key.Use != "sig" {
		return jose.JSONWebKey{}, false
	}
	switch public := key.Key.(type) {
	case *rsa.PublicKey:
		return key, jwt.RSAFits(public)
	case *ecdsa.PublicKey, ed25519.PublicKey:
		return key, true
	}
	return key, false
}

// verifySignature is nil if the provider signed the token: with one of its
// keys, including one that is newer than the cached ones (Core §10.1.1), or
// with the shared secret. The token has passed all other checks before, so that
// the hub only waits for a key if it is worth it.
func (c *Connector) verifySignature(ctx context.Context, token *jwt.Token, shared secret) error {
	if token.Algorithm == string(jose.HS256) {
		if shared == "" {
			return errors.New("there is no client secret that could verify its MAC")
		}
		_, err := token.Verify([]byte(shared))
		return err
	}
	keys, err := c.keys.Find(ctx, c.env.Waits, func(keys []jose.JSONWebKey) cache.Sight { return sight(token, keys) })
	switch {
	case err != nil:
		return fmt.Errorf("the provider's keys: %w", err)
	case sight(token, keys) != cache.Found:
		return errors.New("none of the provider's keys verifies the signature")
	}
	return nil
}

// sight looks for the key that signed the token. If there is a key with that
// name and it did not sign, waiting for a new one is pointless.
func sight(token *jwt.Token, keys []jose.JSONWebKey) cache.Sight {
	for _, key := range keys {
		// A key that names its algorithm is for that one only (RFC 8725 §3.1).
		if !jwt.Named(key, token.KeyID, len(keys) == 1) || key.Algorithm != "" && key.Algorithm != token.Algorithm {
			continue
		}
		if _, err := token.Verify(key.Key); err == nil {
			return cache.Found
		}
	}
	if token.KeyID != "" && slices.ContainsFunc(keys, func(key jose.JSONWebKey) bool { return key.KeyID == token.KeyID }) {
		return cache.Wrong
	}
	return cache.Missing
}

func algorithms() []jose.SignatureAlgorithm {
	var list []jose.SignatureAlgorithm
	for _, alg := range accepted() {
		list = append(list, jose.SignatureAlgorithm(alg))
	}
	return list
}

// thumbprints returns the RFC 7638 thumbprints of keys, in order.
func thumbprints(keys []jose.JSONWebKey) []string {
	var prints []string
	for _, key := range keys {
		if sum, err := key.Thumbprint(crypto.SHA256); err == nil {
			prints = append(prints, base64.RawURLEncoding.EncodeToString(sum))
		}
	}
	slices.Sort(prints)
	return slices.Compact(prints)
}
