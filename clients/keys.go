package clients

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	_ "crypto/sha256" // for Thumbprint
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/fedhub/fedhub/internal/jsonx"
	"github.com/fedhub/fedhub/internal/jwt"
	"github.com/go-jose/go-jose/v4"
)

const (
	keysLife  = time.Hour        // a key that a client took back counts no longer than this
	keysGrace = 24 * time.Hour   // …unless its server cannot be reached
	keysPause = 10 * time.Second // between two fetches for one client
	maxKeys   = 50
	maxJWKS   = 64 << 10
)

// keys are the public keys of a client: to verify its signatures with, and to
// encrypt to it.
type keys []jose.JSONWebKey

// parseKeys reads a JWK Set (RFC 7517 §5). Keys of a kind that we cannot use
// are skipped, as the RFC wants; a private or shared key refuses the whole
// set, because whoever could read it can sign.
func parseKeys(text []byte) (keys, error) {
	if len(text) > maxJWKS {
		return nil, errors.New("it is too long")
	}
	var set struct {
		Keys []jsonx.Object `json:"keys"`
	}
	if err := jsonx.Unmarshal(text, &set); err != nil {
		return nil, errors.New(`it is not a JSON object with a list of "keys"`)
	}
	if len(set.Keys) > maxKeys {
		return nil, fmt.Errorf("it has more than %d keys", maxKeys)
	}
	var usable keys
	for _, members := range set.Keys {
		// Looked at before the key is parsed, also because checking the primes
		// of a private key is a lot of work to be made to do.
		for _, private := range []string{"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"} {
			if _, found := members[private]; found {
				return nil, errors.New("it contains a private or shared key; publish public keys only, and replace this one")
			}
		}
		if key, ok := parseKey(members); ok {
			usable = append(usable, key)
		}
	}
	if len(usable) == 0 {
		return nil, errors.New("it has no key for ES256, ES384, RS256, PS256 or EdDSA, and none to encrypt to")
	}
	return usable, nil
}

func parseKey(members jsonx.Object) (jose.JSONWebKey, bool) {
	text, err := json.Marshal(members)
	if err != nil {
		return jose.JSONWebKey{}, false
	}
	var key jose.JSONWebKey
	if key.UnmarshalJSON(text) != nil || !key.Valid() || !key.IsPublic() {
		return jose.JSONWebKey{}, false
	}
	return key, forSignatures(key) || slices.ContainsFunc(EncryptionAlgs(), func(alg string) bool { return len(keys{key}.encrypting(alg)) > 0 })
}

// forSignatures reports whether a key may verify signatures.
func forSignatures(key jose.JSONWebKey) bool {
	ok := slices.ContainsFunc(algorithms(), func(alg jose.SignatureAlgorithm) bool { return signs(key, alg) })
	return ok && (key.Use == "" || key.Use == "sig") && !slices.Contains(EncryptionAlgs(), key.Algorithm)
}

// signing are the keys that may verify signatures.
func (k keys) signing() keys {
	var fit keys
	for _, key := range k {
		if forSignatures(key) {
			fit = append(fit, key)
		}
	}
	return fit
}

// signs reports whether a key is of the kind and size an algorithm needs.
func signs(key jose.JSONWebKey, alg jose.SignatureAlgorithm) bool {
	switch public := key.Key.(type) {
	case *ecdsa.PublicKey:
		return alg == jose.ES256 && public.Curve == elliptic.P256() || alg == jose.ES384 && public.Curve == elliptic.P384()
	case *rsa.PublicKey:
		// The upper bound keeps a verification from costing milliseconds.
		bits := public.N.BitLen()
		return (alg == jose.RS256 || alg == jose.PS256) && 2048 <= bits && bits <= 8192
	case ed25519.PublicKey:
		return alg == jose.EdDSA
	case []byte:
		// RFC 7518 §3.2: no shorter than the hash. A JWKS never has such keys.
		least := map[jose.SignatureAlgorithm]int{jose.HS256: 32, jose.HS384: 48, jose.HS512: 64}[alg]
		return least > 0 && len(public) >= least
	}
	return false
}

// fitting returns the keys that may have made such a signature. A key that
// names its algorithm is for no other (RFC 8725 §3.1).
func (k keys) fitting(kid string, alg jose.SignatureAlgorithm) keys {
	var fit keys
	for _, key := range k {
		if key.Use != "enc" && (kid == "" || key.KeyID == kid) && (key.Algorithm == "" || key.Algorithm == string(alg)) && signs(key, alg) {
			fit = append(fit, key)
		}
	}
	return fit
}

// thumbprints names the signing keys by RFC 7638, in order.
func (k keys) thumbprints() []string {
	var prints []string
	for _, key := range k.signing() {
		if sum, err := key.Thumbprint(crypto.SHA256); err == nil {
			prints = append(prints, base64.RawURLEncoding.EncodeToString(sum))
		}
	}
	slices.Sort(prints)
	return slices.Compact(prints)
}

// A keyring remembers what clients published, by client id. Only registered
// clients get a place in it.
type keyring struct {
	mu   sync.Mutex
	sets map[string]keySet
}

type keySet struct {
	source string // the jwks_uri, or the JWKS itself: another source is another set
	keys   keys
	prints []string  // thumbprints of keys
	read   time.Time // when keys were read
	tried  time.Time // when reading was last tried
}

func newKeyring() *keyring { return &keyring{sets: map[string]keySet{}} }

func (k *keyring) get(id, source string) keySet {
	k.mu.Lock()
	defer k.mu.Unlock()
	if set := k.sets[id]; set.source == source {
		return set
	}
	return keySet{source: source}
}

func (k *keyring) put(id string, set keySet) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.sets[id] = set
}

func (k *keyring) drop(id string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.sets, id)
}

// keysFor returns the keys of a registered client that an assertion is
// verified with, fetching them if they are old or lack the one it names.
func (r *Registry) keysFor(ctx context.Context, c Client, t *jwt.Token) (keys, error) {
	return r.keysThatFit(ctx, c, func(k keys) bool { return len(k.fitting(t.KeyID, jose.SignatureAlgorithm(t.Algorithm))) > 0 })
}

// fetchedKeys returns the keys at the client's jwks_uri. They are read again
// if they are old, or if what is remembered does not fit.
func (r *Registry) fetchedKeys(ctx context.Context, c Client, fit func(keys) bool) (keys, error) {
	set := r.keys.get(c.ID, c.JWKSURI)
	if c.Server != nil && !overlap(set.prints, c.Server.KeyThumbprints) {
		// Another process saw the server change hands, and it was approved
		// with other keys: what we remember is the previous owner's.
		set = keySet{source: set.source, tried: set.tried}
	}
	now := r.now()
	fresh := now.Sub(set.read) < keysLife
	if fresh && fit(set.keys) {
		return set.keys, nil
	}
	// Made-up kids must not turn us into a hammer on the client's server.
	if now.Sub(set.tried) >= keysPause {
		fetched, err := r.fetchKeys(ctx, c, now)
		if err == nil {
			return fetched, nil
		}
		if errors.Is(err, errHeld) {
			return nil, err
		}
		r.log.WarnContext(ctx, "could not read the keys of a client", "client", c.ID, "error", err)
	}
	if now.Sub(set.read) < keysGrace {
		return set.keys, nil
	}
	return nil, flaw("the client's keys could not be read from its jwks_uri")
}

func (r *Registry) inlineKeys(c Client) (keys, error) {
	set := r.keys.get(c.ID, c.JWKS)
	if set.keys != nil {
		return set.keys, nil
	}
	parsed, err := parseKeys([]byte(c.JWKS))
	if err != nil {
		return nil, fmt.Errorf("registered JWKS: %w", err)
	}
	r.keys.put(c.ID, keySet{source: c.JWKS, keys: parsed, read: r.now()})
	return parsed, nil
}

// fetchKeys reads the jwks_uri. Of callers at the same time one does it, and
// its going away does not take the others' answer with it.
func (r *Registry) fetchKeys(ctx context.Context, c Client, now time.Time) (keys, error) {
	ctx = context.WithoutCancel(ctx)
	fetched, err, _ := r.flights.Do("keys "+c.ID+" "+c.JWKSURI, func() (any, error) {
		set := r.keys.get(c.ID, c.JWKSURI)
		set.tried = now
		r.keys.put(c.ID, set)
		fetched, err := r.readKeys(ctx, c.JWKSURI)
		if err != nil {
			return nil, err
		}
		if c.Server != nil {
			if err := r.follow(ctx, c.ID, fetched, nil); err != nil {
				return nil, err
			}
		}
		r.keys.put(c.ID, keySet{
			source: c.JWKSURI, keys: fetched, prints: fetched.thumbprints(), read: now, tried: now,
		})
		return fetched, nil
	})
	if err != nil {
		return nil, err
	}
	return fetched.(keys), nil
}

// readKeys reads a JWK Set from the web.
func (r *Registry) readKeys(ctx context.Context, address string) (keys, error) {
	body, err := r.read(ctx, address, maxJWKS, nil)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", address, err)
	}
	parsed, err := parseKeys(body)
	if err != nil {
		return nil, fmt.Errorf("the JWKS at %s cannot be used: %w", address, err)
	}
	return parsed, nil
}
