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
	keysLife  = time.Hour      // a key that a client took back counts no longer than this
	keysGrace = 24 * time.Hour // …unless its server cannot be reached
)

// A Publisher is who publishes keys, and how.
type Publisher struct {
	ID      string
	JWKS    string // the keys themselves, as JSON,
	JWKSURI string // or where they are

	// Hub says that it is another hub, whose keys count only as long as they
	// go on from the approved ones, of which these are the thumbprints.
	Hub      bool
	Approved []string
}

// A Keyring reads what clients publish, and remembers it by their ids. Only
// registered clients get a place in it, so strangers cannot fill it, and none
// may lose it: what was read an hour ago still serves while the client's server
// is away.
type Keyring struct {
	// Read gets a document of at most limit bytes from the web.
	Read func(ctx context.Context, address string, limit int) ([]byte, error)

	// Follow is told what another hub publishes, whenever it was read. An error
	// that is a jwt.Flaw says that these keys do not count.
	Follow func(ctx context.Context, id string, published Keys) error

	Waits *cache.Waits // places for who waits for a new key; nil: nobody does
	Now   func() time.Time
	Log   *slog.Logger

	mu   sync.Mutex
	sets map[string]*keySet
}

// A keySet is what one client publishes.
type keySet struct {
	publisher Publisher
	inline    Keys                     // the keys themselves,
	fetched   *cache.Value[publishing] // or what is found where they are
}

// A publishing is the keys that were found in one fetch.
type publishing struct {
	keys   Keys
	prints []string // their thumbprints
}

// Verify returns the claims of a token that one of the published keys signed.
// The caller has looked at the claims before, which nobody vouched for yet: who
// they are of, whom they are for and when they hold decides who may have us look
// for a key, and wait for it.
func (k *Keyring) Verify(ctx context.Context, p Publisher, t *jwt.Token) (jsonx.Object, error) {
	candidates, err := k.For(ctx, p, t)
	if err != nil {
		return nil, err
	}
	claims, _, err := candidates.Verify(t)
	return claims, err
}

// VerifyNow is Verify of a token whose claims say too little to wait for a key.
func (k *Keyring) VerifyNow(ctx context.Context, p Publisher, t *jwt.Token) (jsonx.Object, error) {
	candidates, err := k.thatFit(ctx, nil, p, func(keys Keys) cache.Sight { return keys.sight(t) })
	if err != nil {
		return nil, err
	}
	claims, _, err := candidates.Verify(t)
	return claims, err
}

// For returns the keys that a token is verified with, whose claims the caller has
// looked at. They are read again if they are old or lack the one it names.
func (k *Keyring) For(ctx context.Context, p Publisher, t *jwt.Token) (Keys, error) {
	return k.thatFit(ctx, k.Waits, p, func(keys Keys) cache.Sight { return keys.sight(t) })
}

// sight looks for the key that signed the token. Where there is one of the name
// and it is not that one, whatever it is for, none that is still to come is.
func (k Keys) sight(t *jwt.Token) cache.Sight {
	fit := k.fitting(t.KeyID, jose.SignatureAlgorithm(t.Algorithm))
	signed := func(key jose.JSONWebKey) bool { _, err := t.Verify(key.Key); return err == nil }
	named := func(key jose.JSONWebKey) bool { return t.KeyID != "" && key.KeyID == t.KeyID }
	switch {
	case t.KeyID == "" && len(fit) > 1: // of several it has to name one, see Verify: nothing is tried
		return cache.Found
	case slices.ContainsFunc(fit, signed):
		return cache.Found
	case slices.ContainsFunc(k.Signing(), named):
		return cache.Wrong
	}
	return cache.Missing
}

// orMissing is what is seen where somebody looks for a key of a kind.
func orMissing(found bool) cache.Sight {
	if found {
		return cache.Found
	}
	return cache.Missing
}

// ErrNoKey says that a client publishes no key of the kind that is needed.
var ErrNoKey = errors.New("it must publish one with use=enc in its JWKS")

// ToEncrypt returns the public key that something for a client is encrypted to
// with this algorithm (OIDC Core §10.2). Of several the first in its JWKS
// counts.
func (k *Keyring) ToEncrypt(ctx context.Context, p Publisher, alg string) (jose.JSONWebKey, error) {
	// It is the hub that needs one: what is not there is not waited for.
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

// thatFit returns all keys of a client. If they are fetched, they are read
// again when they are an hour old, and also when the one that is looked for is
// not among them.
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
	// What another process saw change hands was approved with other keys: what
	// we remember then is the previous owner's.
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

// Overlap reports whether two lists of thumbprints have one in common.
func Overlap(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}

// set is what is remembered of a publisher. Another source is another set.
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

// known is the set of a publisher; where there is none it is the one that was
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

// fetchLimit is how long reading a set, and telling who follows it, may take.
const fetchLimit = 12 * time.Second

// newFetched is what a publisher has at its jwks_uri. What is known serves on
// while it cannot be read, but not where it was read and says that it does not
// count.
func (k *Keyring) newFetched(p Publisher) *cache.Value[publishing] {
	return &cache.Value[publishing]{
		Fetch: func(ctx context.Context) (publishing, error) {
			found, err := k.fetch(ctx, p)
			if err != nil && !jwt.IsFlaw(err) {
				k.Log.WarnContext(ctx, "could not read the keys of a client", "client", p.ID, "error", err)
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

// Published returns what somebody publishes now. Nothing is remembered of it.
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

// Drop forgets the keys of a client.
func (k *Keyring) Drop(id string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.sets, id)
}
