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
	"golang.org/x/sync/singleflight"

	"github.com/fedhub/fedhub/internal/cache"
	"github.com/fedhub/fedhub/internal/jsonx"
	"github.com/fedhub/fedhub/internal/jwt"
)

const (
	keysLife  = time.Hour        // a key that a client took back counts no longer than this
	keysGrace = 24 * time.Hour   // …unless its server cannot be reached
	keysPause = 10 * time.Second // between two fetches for one client
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

	Now func() time.Time
	Log *slog.Logger

	flights singleflight.Group // one fetch of a set at a time
	mu      sync.Mutex
	sets    map[string]keySet
}

type keySet struct {
	source string // the jwks_uri, or the JWKS itself: another source is another set
	keys   Keys
	prints []string  // thumbprints of keys
	read   time.Time // when keys were read
	tried  time.Time // when reading was last tried
}

// Verify returns the claims of a token that one of the published keys signed.
func (k *Keyring) Verify(ctx context.Context, p Publisher, t *jwt.Token) (jsonx.Object, error) {
	candidates, err := k.For(ctx, p, t)
	if err != nil {
		return nil, err
	}
	claims, _, err := candidates.Verify(t)
	return claims, err
}

// For returns the keys that a token is verified with. They are read again if
// they are old or lack the one it names.
func (k *Keyring) For(ctx context.Context, p Publisher, t *jwt.Token) (Keys, error) {
	return k.thatFit(ctx, p, func(keys Keys) bool { return len(keys.fitting(t.KeyID, jose.SignatureAlgorithm(t.Algorithm))) > 0 })
}

// ErrNoKey says that a client publishes no key of the kind that is needed.
var ErrNoKey = errors.New("it must publish one with use=enc in its JWKS")

// ToEncrypt returns the public key that something for a client is encrypted to
// with this algorithm (OIDC Core §10.2). Of several the first in its JWKS
// counts.
func (k *Keyring) ToEncrypt(ctx context.Context, p Publisher, alg string) (jose.JSONWebKey, error) {
	published, err := k.thatFit(ctx, p, func(keys Keys) bool { return len(keys.Encrypting(alg)) > 0 })
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
// again when they are an hour old, and also at once when none fits.
func (k *Keyring) thatFit(ctx context.Context, p Publisher, fit func(Keys) bool) (Keys, error) {
	switch {
	case p.JWKS != "":
		return k.inline(p)
	case p.JWKSURI != "":
		return k.remote(ctx, p, fit)
	}
	return nil, ErrNoKey
}

func (k *Keyring) inline(p Publisher) (Keys, error) {
	set := k.get(p.ID, p.JWKS)
	if set.keys != nil {
		return set.keys, nil
	}
	parsed, err := ParseKeys([]byte(p.JWKS))
	if err != nil {
		return nil, fmt.Errorf("registered JWKS: %w", err)
	}
	k.put(p.ID, keySet{source: p.JWKS, keys: parsed, read: k.Now()})
	return parsed, nil
}

func (k *Keyring) remote(ctx context.Context, p Publisher, fit func(Keys) bool) (Keys, error) {
	set := k.get(p.ID, p.JWKSURI)
	if p.Hub && !Overlap(set.prints, p.Approved) {
		// Another process saw the hub change hands, and it was approved
		// with other keys: what we remember is the previous owner's.
		set = keySet{source: set.source, tried: set.tried}
	}
	now := k.Now()
	fresh := now.Sub(set.read) < keysLife
	if fresh && fit(set.keys) {
		return set.keys, nil
	}
	// Made-up kids must not turn us into a hammer on the client's server.
	if now.Sub(set.tried) >= keysPause {
		fetched, err := k.fetch(ctx, p, now)
		if err == nil {
			return fetched, nil
		}
		if jwt.IsFlaw(err) {
			return nil, err
		}
		k.Log.WarnContext(ctx, "could not read the keys of a client", "client", p.ID, "error", err)
	}
	if now.Sub(set.read) < keysGrace {
		return set.keys, nil
	}
	return nil, jwt.Flaw("jwt.keys.unread")
}

// Overlap reports whether two lists of thumbprints have one in common.
func Overlap(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}

// fetchLimit is how long reading a set, and telling who follows it, may take.
const fetchLimit = 12 * time.Second

// fetch reads the jwks_uri. Of callers at the same time one does it, and its
// going away does not take the others' answer with it.
func (k *Keyring) fetch(ctx context.Context, p Publisher, now time.Time) (Keys, error) {
	landed, err := cache.Once(ctx, &k.flights, p.ID+" "+p.JWKSURI, fetchLimit, func(ctx context.Context) (any, error) {
		set := k.get(p.ID, p.JWKSURI)
		set.tried = now
		k.put(p.ID, set)
		fetched, err := k.Published(ctx, Publisher{JWKSURI: p.JWKSURI})
		if err != nil {
			return nil, err
		}
		if p.Hub {
			if err := k.Follow(ctx, p.ID, fetched); err != nil {
				return nil, err
			}
		}
		k.put(p.ID, keySet{source: p.JWKSURI, keys: fetched, prints: fetched.Thumbprints(), read: now, tried: now})
		return fetched, nil
	})
	if err != nil {
		return nil, err
	}
	return landed.(Keys), nil
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

func (k *Keyring) get(id, source string) keySet {
	k.mu.Lock()
	defer k.mu.Unlock()
	if set := k.sets[id]; set.source == source {
		return set
	}
	return keySet{source: source}
}

func (k *Keyring) put(id string, set keySet) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.sets == nil {
		k.sets = map[string]keySet{}
	}
	k.sets[id] = set
}

// Drop forgets the keys of a client.
func (k *Keyring) Drop(id string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.sets, id)
}
