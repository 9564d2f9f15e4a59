package signing

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/hub/seal"
	"github.com/fedhub/fedhub/internal/names"
)

// A Key is one of the hub's keys as stored. Its id is the algorithm and a
// number, so if several processes make the next key at once, exactly one
// succeeds.
type Key struct {
	ID      string    `bson:"id"`
	KID     string    `bson:"kid"`
	Alg     string    `bson:"alg"`
	Private string    `bson:"private" secret:"sealed"` // PKCS #8, encrypted; empty when the key no longer signs
	Public  string    `bson:"public,omitempty"`        // PKIX, base64url; set when Private is removed
	Created time.Time `bson:"created"`                 // when it was published
	Starts  time.Time `bson:"starts,omitempty"`        // when it starts to sign; zero: at once

	// Alone says that earlier keys are no longer trusted.
	Alone bool `bson:"alone,omitempty"`
}

// Key names the record.
func (k Key) Key() string { return k.ID }

// alg is the algorithm in the id, which is always readable.
func (k Key) alg() string {
	alg, _, _ := strings.Cut(k.ID, "/")
	return alg
}

// number is the number in the id, which rises with each key of an algorithm.
func (k Key) number() int {
	_, digits, _ := strings.Cut(k.ID, "/")
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 0
	}
	return n
}

// ready is a usable key.
type ready struct {
	Key
	public  jose.JSONWebKey
	private crypto.Signer // nil when it no longer signs
	headers sync.Map      // typ → the protected header, encoded
}

// newKey makes a key for an algorithm.
func (k *Service) newKey(alg string, number int, starts time.Time) (Key, error) {
	private, err := k.generate(alg)
	if err != nil {
		return Key{}, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return Key{}, fmt.Errorf("encode a key: %w", err)
	}
	// RFC 7638: the kid follows from the key, so it cannot be reused.
	sum, err := (&jose.JSONWebKey{Key: private.Public()}).Thumbprint(crypto.SHA256)
	if err != nil {
		return Key{}, fmt.Errorf("compute the id of a key: %w", err)
	}
	kid := base64.RawURLEncoding.EncodeToString(sum)
	return Key{
		ID:      alg + "/" + strconv.Itoa(number),
		KID:     kid,
		Alg:     alg,
		Private: k.box.Seal(der, names.SigningKey(kid)),
		Created: k.now(),
		Starts:  starts,
	}, nil
}

// generate makes a private key of the kind and size that an algorithm needs.
// Algorithms never share a key (RFC 8725 §3.1).
func (k *Service) generate(alg string) (crypto.Signer, error) {
	switch alg {
	case RS256, PS256, RSAOAEP:
		return k.NewRSA()
	case ES256, ECDHES:
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case ES384:
		return ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case EdDSA:
		_, private, err := ed25519.GenerateKey(rand.Reader)
		return private, err
	}
	return nil, fmt.Errorf("no key can be made for %s", alg)
}

func newRSA() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) }

// unseal decrypts a stored key.
func unseal(box *seal.Box, key Key) (*ready, error) {
	r := &ready{Key: key}
	public, err := r.parse(box)
	if err != nil {
		return nil, fmt.Errorf("the %s signing key: %w", key.Alg, err)
	}
	r.public = jose.JSONWebKey{Key: public, KeyID: key.KID, Algorithm: key.Alg, Use: use(key.Alg)}
	return r, nil
}

// use is what a key is for (RFC 7517 §4.2).
func use(alg string) string {
	if slices.Contains(DecryptionAlgs(), alg) {
		return "enc"
	}
	return "sig"
}

func (r *ready) parse(box *seal.Box) (crypto.PublicKey, error) {
	if r.Private == "" {
		der, err := base64.RawURLEncoding.DecodeString(r.Public)
		if err != nil {
			return nil, fmt.Errorf("decode: %w", err)
		}
		return x509.ParsePKIXPublicKey(der)
	}
	der, err := box.Open(r.Private, names.SigningKey(r.KID))
	if err != nil {
		return nil, err
	}
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("decode: %w", err)
	}
	private, ok := parsed.(crypto.Signer)
	if !ok {
		return nil, errors.New("the stored key cannot sign")
	}
	r.private = private
	return private.Public(), nil
}

// publicOnly returns the key without its private half.
func (r *ready) publicOnly() (Key, error) {
	der, err := x509.MarshalPKIXPublicKey(r.public.Key)
	if err != nil {
		return Key{}, fmt.Errorf("encode a key: %w", err)
	}
	key := r.Key
	key.Private, key.Public = "", base64.RawURLEncoding.EncodeToString(der)
	return key, nil
}
