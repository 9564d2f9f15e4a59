// Package signing keeps the hub's keys, for signatures and for encryption to
// the hub. It publishes the public halves as a JWK set and rotates the keys
// without interruption.
//
// It knows algorithms and keys, but not the meaning of tokens: that is package
// tokens.
package signing

import (
	"context"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/sync/singleflight"

	"github.com/fedhub/fedhub/hub/seal"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/internal/cache"
)

// The algorithms that every hub has a key for. OpenID Connect Core §15.1
// requires RS256 for ID tokens; ES256 is small and fast.
const (
	ES256 = string(jose.ES256)
	RS256 = string(jose.RS256)
	PS256 = string(jose.PS256)
	ES384 = string(jose.ES384)
	EdDSA = string(jose.EdDSA) // with Ed25519
)

// Algorithms lists all signing algorithms.
func Algorithms() []string { return []string{ES256, RS256, PS256, ES384, EdDSA} }

// Optional lists those that can be left out. RS256 cannot (OpenID Connect Core
// §15.1), and the hub uses ES256 for itself and other hubs.
func Optional() []string { return []string{PS256, ES384, EdDSA} }

// CheckLeftOut refuses algorithms that cannot be left out. Its error completes
// a sentence.
func CheckLeftOut(algs []string) error {
	for _, alg := range algs {
		if !slices.Contains(Optional(), alg) {
			return fmt.Errorf("contains %q; only %s can be left out: every hub must sign with RS256 (OpenID Connect Core §15.1), and signs its own requests with ES256", alg, strings.Join(Optional(), ", "))
		}
	}
	return nil
}

func algorithms() []jose.SignatureAlgorithm { return named[jose.SignatureAlgorithm](Algorithms()) }

// kinds are all algorithms with a key, in the order of the JWKS.
func kinds() []string { return append(Algorithms(), DecryptionAlgs()...) }

// A Service signs with the current key of each algorithm. It is safe for
// concurrent use, and any number of processes may use one set.
type Service struct {
	set *store.Collection[Key]
	box *seal.Box
	now func() time.Time

	// NewRSA makes an RSA key. That is slow, so tests pass keys that they have.
	NewRSA func() (*rsa.PrivateKey, error)
	Log    *slog.Logger
	// LeftOut are algorithms without a key: none is made, published or used.
	LeftOut []string

	ring     atomic.Pointer[ring]
	turns    atomic.Uint64      // number of readings begun
	failed   atomic.Int64       // when reading failed, in Unix nanoseconds; 0: it did not
	flights  singleflight.Group // one concurrent reading, and one making of each key
	verified *memory
}

// NewService returns a service over the set. Keys are loaded, or made, at first
// use or by Warm.
func NewService(set *store.Collection[Key], box *seal.Box, now func() time.Time) *Service {
	return &Service{set: set, box: box, now: now, NewRSA: newRSA, Log: slog.Default(), verified: cache.NewMap[[sha256.Size]byte, payload](maxVerified)}
}

// kinds are the package's algorithms without those left out.
func (k *Service) kinds() []string {
	return slices.DeleteFunc(kinds(), func(alg string) bool { return slices.Contains(k.LeftOut, alg) })
}

// Offered are these algorithms without those left out.
func (k *Service) Offered(algs []string) []string {
	return slices.DeleteFunc(slices.Clone(algs), func(alg string) bool { return slices.Contains(k.LeftOut, alg) })
}

// Warm loads or makes every key in the background, so that neither a request
// nor the start waits for a new RSA key.
func (k *Service) Warm(ctx context.Context) {
	for _, alg := range k.kinds() {
		go k.key(ctx, alg) //nolint:errcheck // the first request that needs the key reports it
	}
}

// Sign returns claims as a compact JWS of the given type (the typ header).
func (k *Service) Sign(ctx context.Context, alg, typ string, claims any) (string, error) {
	key, err := k.key(ctx, alg)
	if err != nil {
		return "", err
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("encode claims: %w", err)
	}
	return key.compact(typ, payload)
}

// ErrVerify is returned for every token that is not the hub's, for any reason.
var ErrVerify = errors.New("not a token signed by this hub")

// maxToken bounds what is parsed, in bytes.
const maxToken = 16 << 10

// Verify checks the signature and type of a compact JWS and decodes its claims
// into out. The caller checks times and audiences.
func (k *Service) Verify(ctx context.Context, raw, typ string, out any) error {
	if len(raw) > maxToken {
		return ErrVerify
	}
	r, err := k.keys(ctx)
	if err != nil {
		return err
	}
	token := digest(raw, typ)
	p, ok := k.verified.Get(token)
	if !ok || r.byKID[p.key.KID] != p.key { // a removed key's signatures are not trusted any more
		if p, err = k.verify(ctx, raw, typ); err != nil {
			return err
		}
		k.verified.Add(token, p)
	}
	if err := json.Unmarshal(p.text, out); err != nil {
		return fmt.Errorf("%w: %w", ErrVerify, err)
	}
	return nil
}

func (k *Service) verify(ctx context.Context, raw, typ string) (payload, error) {
	token, err := parse(raw, typ, named[jose.SignatureAlgorithm](k.Offered(Algorithms())))
	if err != nil {
		return payload{}, err
	}
	if _, err := k.key(ctx, token.Algorithm); err != nil {
		return payload{}, err
	}
	key, err := k.byKID(ctx, token.KeyID)
	if err != nil {
		return payload{}, err
	}
	// A key is only for its own algorithm (RFC 8725 §3.1).
	if key == nil || key.Alg != token.Algorithm {
		return payload{}, fmt.Errorf("%w: unknown kid", ErrVerify)
	}
	text, err := token.Verify(key.public)
	if err != nil {
		return payload{}, fmt.Errorf("%w: %w", ErrVerify, err)
	}
	return payload{key, text}, nil
}

// byKID finds a key; nil if there is none. For an unknown kid it reads the keys
// again, because another process may have made the key just now.
func (k *Service) byKID(ctx context.Context, kid string) (*ready, error) {
	r, err := k.keys(ctx)
	if err != nil {
		return nil, err
	}
	if key := r.byKID[kid]; key != nil {
		return key, nil
	}
	if r, err = k.keysNow(ctx, r); err != nil {
		return nil, err
	}
	return r.byKID[kid], nil
}

// Public returns the public keys (RFC 7517 §5).
func (k *Service) Public(ctx context.Context) (jose.JSONWebKeySet, error) {
	r, err := k.complete(ctx)
	if err != nil {
		return jose.JSONWebKeySet{}, err
	}
	return r.public(k.now()), nil
}

// JWKS returns them encoded.
func (k *Service) JWKS(ctx context.Context) ([]byte, error) {
	r, err := k.complete(ctx)
	if err != nil {
		return nil, err
	}
	return r.jwks, nil
}

// complete returns the ring after making missing keys.
func (k *Service) complete(ctx context.Context) (*ring, error) {
	for _, alg := range k.kinds() {
		if _, err := k.key(ctx, alg); err != nil {
			return nil, err
		}
	}
	return k.keys(ctx)
}

// Check decrypts one of the keys, or makes it. A wrong secret key is
// seal.ErrOpen.
func (k *Service) Check(ctx context.Context) error {
	_, err := k.key(ctx, ES256)
	return err
}

// Fingerprints returns the RFC 7638 thumbprints of the public signing keys,
// sorted, for comparison by people.
func (k *Service) Fingerprints(ctx context.Context) ([]string, error) {
	set, err := k.Public(ctx)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, key := range set.Keys {
		if key.Use == "sig" {
			out = append(out, key.KeyID) // the thumbprint
		}
	}
	slices.Sort(out)
	return out, nil
}
