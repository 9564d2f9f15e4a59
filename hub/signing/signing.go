// Package signing keeps the hub's signing keys and signs and verifies with
// them. It publishes the public halves as a JWK set.
//
// It knows algorithms and keys, not what a token means: that is tokens.
package signing

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/hub/seal"
	"github.com/fedhub/fedhub/hub/store"
)

// The algorithms every hub has a key for. RS256 is the one that OpenID Connect
// Core §15.1 makes mandatory for ID tokens; ES256 is small and quick.
const (
	ES256 = string(jose.ES256)
	RS256 = string(jose.RS256)
)

// Algorithms lists what Sign can sign with.
func Algorithms() []string { return []string{ES256, RS256} }

func algorithms() []jose.SignatureAlgorithm {
	var algs []jose.SignatureAlgorithm
	for _, alg := range Algorithms() {
		algs = append(algs, jose.SignatureAlgorithm(alg))
	}
	return algs
}

// A Key is a signing key as it is stored. Its id is the algorithm and a
// number, so of several hubs that start at once exactly one makes the key.
type Key struct {
	ID      string    `bson:"id"`
	KID     string    `bson:"kid"`
	Alg     string    `bson:"alg"`
	Private string    `bson:"private"` // PKCS #8, sealed
	Created time.Time `bson:"created"`
}

// Key names the record.
func (k Key) Key() string { return k.ID }

// A Keeper signs with the current key of each algorithm. It is safe for
// concurrent use.
type Keeper struct {
	set *store.Set[Key]
	box *seal.Box
	now func() time.Time

	mu   sync.Mutex
	ring map[string]*ready // by algorithm

	verified verified
}

// ready is one algorithm's key once it is loaded or made.
type ready struct {
	done    chan struct{} // closed when the rest may be read
	err     error
	kid     string
	public  jose.JSONWebKey
	private crypto.Signer
	headers sync.Map // typ → the protected header, encoded
}

// NewKeeper returns a keeper over the set. Keys are loaded, or made, at their
// first use, or by Warm.
func NewKeeper(set *store.Set[Key], box *seal.Box, now func() time.Time) *Keeper {
	return &Keeper{set: set, box: box, now: now, ring: map[string]*ready{}}
}

// Warm loads or makes every key in the background, so that no request waits
// for a new RSA key, and the start does not either.
func (k *Keeper) Warm(ctx context.Context) {
	for _, alg := range Algorithms() {
		go k.key(ctx, alg) //nolint:errcheck // the first request that needs the key reports it
	}
}

// Sign returns claims as a compact JWS of the given type (the typ header).
func (k *Keeper) Sign(ctx context.Context, alg, typ string, claims any) (string, error) {
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

// ErrVerify is returned for every token that is not ours, whatever is wrong.
var ErrVerify = errors.New("not a token signed by this hub")

// maxToken bounds what is parsed at all, in bytes.
const maxToken = 16 << 10

// Verify checks the signature and the type of a compact JWS and decodes its
// claims into out. Times and audiences are the caller's to check.
func (k *Keeper) Verify(ctx context.Context, raw, typ string, out any) error {
	if len(raw) > maxToken {
		return ErrVerify
	}
	token := digest(raw, typ)
	p, ok := k.verified.get(token)
	if !ok || !k.trusts(p.key) {
		var err error
		if p, err = k.verify(ctx, raw, typ); err != nil {
			return err
		}
		k.verified.put(token, p)
	}
	if err := json.Unmarshal(p.text, out); err != nil {
		return fmt.Errorf("%w: %w", ErrVerify, err)
	}
	return nil
}

func (k *Keeper) verify(ctx context.Context, raw, typ string) (payload, error) {
	signed, err := parse(raw, algorithms())
	if err != nil {
		return payload{}, err
	}
	if err := checkType(signed, typ); err != nil {
		return payload{}, err
	}
	header := signed.Signatures[0].Protected
	key, err := k.key(ctx, header.Algorithm)
	if err != nil {
		return payload{}, err
	}
	if header.KeyID != key.kid {
		return payload{}, fmt.Errorf("%w: unknown kid", ErrVerify)
	}
	text, err := signed.Verify(key.public)
	if err != nil {
		return payload{}, fmt.Errorf("%w: %w", ErrVerify, err)
	}
	return payload{key, text}, nil
}

// Public returns the public keys (RFC 7517 §5).
func (k *Keeper) Public(ctx context.Context) (jose.JSONWebKeySet, error) {
	var set jose.JSONWebKeySet
	for _, alg := range Algorithms() {
		key, err := k.key(ctx, alg)
		if err != nil {
			return jose.JSONWebKeySet{}, err
		}
		set.Keys = append(set.Keys, key.public)
	}
	return set, nil
}

// Check opens the quickest of the keys, or makes it. A secret key that is not
// the one it was sealed with is seal.ErrOpen.
func (k *Keeper) Check(ctx context.Context) error {
	_, err := k.key(ctx, ES256)
	return err
}

// Fingerprints returns the RFC 7638 thumbprints of the public keys, sorted, for
// people to compare by eye.
func (k *Keeper) Fingerprints(ctx context.Context) ([]string, error) {
	var out []string
	for _, alg := range Algorithms() {
		key, err := k.key(ctx, alg)
		if err != nil {
			return nil, err
		}
		out = append(out, key.kid) // which is the thumbprint
	}
	slices.Sort(out)
	return out, nil
}

// key waits for the algorithm's key; the first caller loads or makes it.
func (k *Keeper) key(ctx context.Context, alg string) (*ready, error) {
	k.mu.Lock()
	r, ok := k.ring[alg]
	if !ok {
		r = &ready{done: make(chan struct{})}
		k.ring[alg] = r
		go k.load(context.WithoutCancel(ctx), alg, r)
	}
	k.mu.Unlock()
	select {
	case <-r.done:
		return r, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// load fills r. After a failure the next caller tries again.
func (k *Keeper) load(ctx context.Context, alg string, r *ready) {
	defer close(r.done)
	key, err := k.stored(ctx, alg)
	if err == nil {
		err = r.open(k.box, key)
	}
	if err != nil {
		r.err = fmt.Errorf("the %s signing key: %w", alg, err)
		k.mu.Lock()
		delete(k.ring, alg)
		k.mu.Unlock()
	}
}

// stored returns the key of the first slot, made if need be.
func (k *Keeper) stored(ctx context.Context, alg string) (Key, error) {
	slot := alg + "/1"
	key, err := k.set.Get(ctx, slot)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	key, err = k.newKey(alg, slot)
	if err != nil {
		return Key{}, err
	}
	err = k.set.Insert(ctx, key)
	if errors.Is(err, fs.ErrExist) {
		return k.set.Get(ctx, slot) // another process was quicker
	}
	return key, err
}

func (k *Keeper) newKey(alg, slot string) (Key, error) {
	private, err := generate(alg)
	if err != nil {
		return Key{}, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return Key{}, fmt.Errorf("encode a key: %w", err)
	}
	// RFC 7638: the name follows from the key, so it can never be reused.
	sum, err := (&jose.JSONWebKey{Key: private.Public()}).Thumbprint(crypto.SHA256)
	if err != nil {
		return Key{}, fmt.Errorf("name a key: %w", err)
	}
	kid := base64.RawURLEncoding.EncodeToString(sum)
	return Key{
		ID:      slot,
		KID:     kid,
		Alg:     alg,
		Private: k.box.Seal(der, sealContext(kid)),
		Created: k.now(),
	}, nil
}

func generate(alg string) (crypto.Signer, error) {
	switch alg {
	case ES256:
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case RS256:
		return rsa.GenerateKey(rand.Reader, 2048)
	}
	return nil, fmt.Errorf("no key can be made for %s", alg)
}

func sealContext(kid string) string { return "signing/" + kid + "/private" }

func (r *ready) open(box *seal.Box, key Key) error {
	der, err := box.Open(key.Private, sealContext(key.KID))
	if err != nil {
		return err
	}
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return fmt.Errorf("decode: %w", err)
	}
	private, ok := parsed.(crypto.Signer)
	if !ok {
		return errors.New("the stored key cannot sign")
	}
	r.kid, r.private = key.KID, private
	r.public = jose.JSONWebKey{Key: private.Public(), KeyID: key.KID, Algorithm: key.Alg, Use: "sig"}
	return nil
}
