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
	keysLife = time.Hour // a key that was taken back counts no longer than this
	maxKeys  = 100

	// How soon an unknown key may make us fetch the set again. A token that
	// anybody can post to us must not make us a hammer on the provider; one
	// that the provider itself just gave us may, for a key that is minutes old.
	renewForProvider = 5 * time.Second
	renewForStranger = time.Minute
)

// keySet holds a provider's public signing keys.
type keySet struct {
	*cache.Value[[]jose.JSONWebKey]
}

func newKeySet(c *Connector) *keySet {
	return &keySet{&cache.Value[[]jose.JSONWebKey]{
		Fetch: c.fetchKeys,
		Fresh: keysLife, Sorry: failureLife, Limit: c.env.Patience, Now: c.env.Now,
	}}
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
	return parseKeys(answer.Body)
}

// parseKeys reads a JWK Set (RFC 7517 §5) and skips what we cannot use, as
// the RFC wants.
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
		return nil, errors.New("the key set has no key that can be used")
	}
	return keys, nil
}

func parseKey(entry []byte) (jose.JSONWebKey, bool) {
	members, err := jsonx.ParseObject(entry)
	if err != nil {
		return jose.JSONWebKey{}, false
	}
	// One that gives away a shared or private key proves nothing: everybody has
	// it now.
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

// asked returns the set for one verification.
func (s *keySet) asked(gap time.Duration) *asked { return &asked{set: s, gap: gap} }

// asked verifies the signature of one token. What kept it from getting keys is
// in failure.
type asked struct {
	set     *keySet
	gap     time.Duration
	hmac    secret // shared with the provider; empty: nothing is
	failure error
}

// verify returns the claims if one of the provider's keys signed the token.
func (a *asked) verify(ctx context.Context, token *jwt.Token) (object, error) {
	payload, err := a.payload(ctx, token)
	if err != nil {
		return nil, err
	}
	return parseObject(payload)
}

func (a *asked) payload(ctx context.Context, token *jwt.Token) ([]byte, error) {
	if token.Algorithm == string(jose.HS256) {
		if a.hmac == "" {
			return nil, errors.New("nothing is shared with the provider that could have made its MAC")
		}
		return token.Verify([]byte(a.hmac))
	}
	keys, err := a.set.Get(ctx)
	if err != nil {
		a.failure = err
		return nil, err
	}
	if payload, ok := try(token, keys); ok {
		return payload, nil
	}
	// Perhaps the key is new (Core §10.1.1).
	keys, err = a.set.Renew(ctx, a.gap)
	if err != nil {
		a.failure = err
		return nil, err
	}
	if payload, ok := try(token, keys); ok {
		return payload, nil
	}
	return nil, errors.New("no key of the provider made this signature")
}

func try(token *jwt.Token, keys []jose.JSONWebKey) ([]byte, bool) {
	for _, key := range keys {
		// A key that names its algorithm is for no other (RFC 8725 §3.1).
		if !jwt.Named(key, token.KeyID, len(keys) == 1) || key.Algorithm != "" && key.Algorithm != token.Algorithm {
			continue
		}
		if payload, err := token.Verify(key.Key); err == nil {
			return payload, true
		}
	}
	return nil, false
}

func algorithms() []jose.SignatureAlgorithm {
	var list []jose.SignatureAlgorithm
	for _, alg := range accepted() {
		list = append(list, jose.SignatureAlgorithm(alg))
	}
	return list
}

// thumbprints names keys by RFC 7638, in order.
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
