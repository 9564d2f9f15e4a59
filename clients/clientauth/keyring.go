package clientauth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/internal/cache"
	"github.com/fedhub/fedhub/internal/jsonx"
	"github.com/fedhub/fedhub/internal/jwt"
)

const (
	keysLife  = time.Hour      // a revoked key still counts for at most this time
	keysGrace = 24 * time.Hour // …unless its server cannot be reached
)

// A Publisher is who publishes keys, and where.
type Publisher struct {
	ID      string
	JWKS    string // the keys themselves, as JSON,
	JWKSURI string // or their address

	// Hub says that it is another hub. Its keys count only if they continue the
	// approved ones, which have these thumbprints.
	Hub      bool
	Approved []string
}

// A Keyring reads and caches what clients publish, by client id. Only
// registered clients have an entry, so strangers cannot fill it, and entries
// are not evicted: keys that were read earlier still work while the client's
// server is down.
type Keyring struct {
	// Read fetches a document of at most limit bytes.
	Read func(ctx context.Context, address string, limit int) ([]byte, error)

	// Follow is called with another hub's keys whenever they are read. A
	// jwt.Flaw as error means that these keys do not count.
	Follow func(ctx context.Context, id string, published Keys) error

	Waits *cache.Waits // bounds the requests that wait for a new key; nil: none waits
	Now   func() time.Time
	Log   *slog.Logger

	mu   sync.Mutex
	sets map[string]*keySet
}

// A keySet is the keys of one client.
type keySet struct {
	publisher Publisher
	inline    Keys                     // the keys themselves,
	fetched   *cache.Value[publishing] // or the keys fetched from their address
}

// A publishing is the result of one fetch.
type publishing struct {
	keys   Keys
	prints []string // their thumbprints
}

// Verify returns the claims of a token that one of the published keys signed.
// The caller has already checked the (unverified) claims: they decide who may
// make the hub fetch a key, and wait for it.
func (k *Keyring) Verify(ctx context.Context, p Publisher, t *jwt.Token) (jsonx.Object, error) {
	candidates, err := k.For(ctx, p, t)
	if err != nil {
		return nil, err
	}
	claims, _, err := candidates.Verify(t)
	return claims, err
}

// VerifyNow is Verify for a token that must not wait for a key.
func (k *Keyring) VerifyNow(ctx context.Context, p Publisher, t *jwt.Token) (jsonx.Object, error) {
	candidates, err := k.thatFit(ctx, nil, p, func(keys Keys) cache.Sight { return keys.sight(t) })
	if err != nil {
		return nil, err
	}
	claims, _, err := candidates.Verify(t)
	return claims, err
}

// For returns the keys that can verify a token with checked claims. The keys
// are fetched again if they are old or do not contain the one that the token
// names.
func (k *Keyring) For(ctx context.Context, p Publisher, t *jwt.Token) (Keys, error) {
	return k.thatFit(ctx, k.Waits, p, func(keys Keys) cache.Sight { return keys.sight(t) })
}

// sight looks for the key that signed the token. If there is a key with that
// name and it did not sign, waiting for a new one is pointless.
func (k Keys) sight(t *jwt.Token) cache.Sight {
	fit := k.fitting(t.KeyID, jose.SignatureAlgorithm(t.Algorithm))
	signed := func(key jose.JSONWebKey) bool { _, err := t.Verify(key.Key); return err == nil }
	named := func(key jose.JSONWebKey) bool { return t.KeyID != "" && key.KeyID == t.KeyID }
	switch {
	case t.KeyID == "" && len(fit) > 1: // it must name one of several, see Verify: do not try all
		return cache.Found
	case slices.ContainsFunc(fit, signed):
		return cache.Found
	case slices.ContainsFunc(k.Signing(), named):
		return cache.Wrong
	}
	return cache.Missing
}

// orMissing is the result of looking for a key of a kind.
func orMissing(found bool) cache.Sight {
	if found {
		return cache.Found
	}
	return cache.Missing
}

// ErrNoKey says that a client publishes no suitable encryption key.
var ErrNoKey = errors.New("it must publish one with use=enc in its JWKS")

// ToEncrypt returns the client's public key for this algorithm (OIDC Core
// §10.2). If there are several, the first in its JWKS counts.
func (k *Keyring) ToEncrypt(ctx context.Context, p Publisher, alg string) (jose.JSONWebKey, error) {
	// The hub itself needs the key, so it does not wait for a missing one.
	published, err := k.thatFit(ctx, nil, p, func(keys Keys) cache.Sight { return orMissing(len(keys.Encrypting(alg)) > 0) })
	if err != nil {
		return jose.JSONWebKey{}, fmt.Errorf("the encryption key of client %s: %w", p.ID, err)
	}
	fitting := published.Encrypting(alg)
	if len(fitting) == 0 {
		return jose.JSONWebKey{}, fmt.Errorf("client %s publishes no key for %s: %w", p.ID, alg, ErrNoKey)
	}
	return fitting[0], nil
}

// thatFit returns all keys of a client. Fetched keys are fetched again when
// they are an hour old, and when the wanted one is missing.
func (k *Keyring) thatFit(ctx context.Context, waits *cache.Waits, p Publisher, look func(Keys) cache.Sight) (Keys, error) {
	if p.JWKS == "" && p.JWKSURI == "" {
		return nil, ErrNoKey
	}
	set, err := k.set(p)
	if err != nil {
		return nil, err
	}
	if set.fetched == nil {
		return set.inline, nil
	}
	// If another process approved other keys for the hub, the cached ones
	// belong to the previous owner.
	counts := func(found publishing) bool { return !p.Hub || Overlap(found.prints, p.Approved) }
	found, err := set.fetched.Find(ctx, waits, func(found publishing) cache.Sight {
		if !counts(found) {
			return cache.Missing
		}
		return look(found.keys)
	})
	switch {
	case err == nil && counts(found):
		return found.keys, nil
	case err != nil && (jwt.IsFlaw(err) || ctx.Err() != nil):
		return nil, err
	}
	return nil, jwt.Flaw("jwt.keys.unread")
}

// Overlap reports whether two lists of thumbprints have a common one.
func Overlap(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}

// set returns the cached keys of a publisher. A changed address gets a new
// entry.
func (k *Keyring) set(p Publisher) (*keySet, error) {
	if set := k.known(p, nil); set != nil {
		return set, nil
	}
	set := &keySet{publisher: p}
	if p.JWKS == "" {
		set.fetched = k.newFetched(p)
		return k.known(p, set), nil
	}
	var err error
	if set.inline, err = ParseKeys([]byte(p.JWKS)); err != nil {
		return nil, fmt.Errorf("registered JWKS: %w", err)
	}
	return k.known(p, set), nil
}

// known returns the entry of a publisher; if there is none, it stores the one
// just made, if any.
func (k *Keyring) known(p Publisher, made *keySet) *keySet {
	k.mu.Lock()
	defer k.mu.Unlock()
	set := k.sets[p.ID]
	if set != nil && set.publisher.is(p) {
		return set
	}
	if made == nil {
		return nil
	}
	if k.sets == nil {
		k.sets = map[string]*keySet{}
	}
	k.sets[p.ID] = made
	return made
}

// is reports whether both publish the same keys in the same way.
func (p Publisher) is(other Publisher) bool {
	return p.JWKS == other.JWKS && p.JWKSURI == other.JWKSURI && p.Hub == other.Hub
}

// fetchLimit bounds the time to read a key set and run Follow.
const fetchLimit = 12 * time.Second

// newFetched caches the keys at a publisher's jwks_uri. Cached keys continue to
// work while it cannot be read, but not after it was read and the result does
// not count.
func (k *Keyring) newFetched(p Publisher) *cache.Value[publishing] {
	return &cache.Value[publishing]{
		Fetch: func(ctx context.Context) (publishing, error) {
			found, err := k.fetch(ctx, p)
			if err != nil && !jwt.IsFlaw(err) {
				k.Log.WarnContext(ctx, "could not read the keys of an application", "client", p.ID, "error", err)
			}
			return found, err
		},
		Fresh: keysLife, Sorry: cache.Gap, Limit: fetchLimit, Keep: keysGrace, Wait: fetchLimit, Now: k.Now,
		Away: func(err error) bool { return !jwt.IsFlaw(err) },
	}
}

func (k *Keyring) fetch(ctx context.Context, p Publisher) (publishing, error) {
	keys, err := k.Published(ctx, Publisher{JWKSURI: p.JWKSURI})
	if err == nil && p.Hub {
		err = k.Follow(ctx, p.ID, keys)
	}
	if err != nil {
		return publishing{}, err
	}
	return publishing{keys, keys.Thumbprints()}, nil
}

// Published fetches what a publisher publishes now, without caching.
func (k *Keyring) Published(ctx context.Context, p Publisher) (Keys, error) {
	if p.JWKS != "" {
		return ParseKeys([]byte(p.JWKS))
	}
	body, err := k.Read(ctx, p.JWKSURI, maxJWKS)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", p.JWKSURI, err)
	}
	parsed, err := ParseKeys(body)
	if err != nil {
		return nil, fmt.Errorf("the JWKS at %s cannot be used: %w", p.JWKSURI, err)
	}
	return parsed, nil
}

// Drop removes the cached keys of a client.
func (k *Keyring) Drop(id string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.sets, id)
}
