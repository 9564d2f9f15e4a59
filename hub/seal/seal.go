// Package seal encrypts secrets in the database: signing keys, providers'
// secrets, PKCE verifiers.
//
// Every encrypted value is bound to its place (its context), so a ciphertext
// that is moved to another record or field cannot be decrypted there.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/fedhub/fedhub/internal/names"
)

// KeySize is the length in bytes of the key a Box is made from.
const KeySize = 32

// prefix identifies the scheme, so that another one can be added later.
const prefix = "v1."

// ErrOpen is returned for everything that was not encrypted with this key in
// this context. It does not say which of the two is wrong.
var ErrOpen = errors.New("an encrypted value cannot be decrypted: FEDHUB_SECRET_KEY is not the key it was encrypted with, or the value was changed or moved")

// A Box encrypts and decrypts values with one key. It is safe for concurrent
// use.
type Box struct {
	master []byte
	aead   cipher.AEAD
}

// New makes a Box from KeySize random bytes.
func New(key []byte) (*Box, error) {
	if len(key) != KeySize {
		return nil, fmt.Errorf("a secret key has %d bytes, not %d", KeySize, len(key))
	}
	b := &Box{master: key}
	block, err := aes.NewCipher(b.Derive(names.KeyOfSeals))
	if err != nil {
		return nil, fmt.Errorf("make the cipher: %w", err)
	}
	b.aead, err = cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("make the cipher: %w", err)
	}
	return b, nil
}

// Seal encrypts plain for a context, for example "signing/<kid>". Each call
// returns another text.
func (b *Box) Seal(plain []byte, context string) string {
	return prefix + base64.RawURLEncoding.EncodeToString(b.aead.Seal(nil, nil, plain, []byte(context)))
}

// Open decrypts what Seal made for the same context. Its error is ErrOpen.
func (b *Box) Open(sealed, context string) ([]byte, error) {
	text, ok := strings.CutPrefix(sealed, prefix)
	if !ok {
		return nil, ErrOpen
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return nil, ErrOpen
	}
	plain, err := b.aead.Open(nil, nil, raw, []byte(context))
	if err != nil {
		return nil, ErrOpen
	}
	return plain, nil
}

// Derive returns KeySize bytes for one purpose, such as "csrf". They reveal
// neither the key nor any other derived key.
func (b *Box) Derive(purpose string) []byte {
	key, err := hkdf.Key(sha256.New, b.master, nil, "fedhub/"+purpose, KeySize)
	if err != nil {
		// Only an output longer than 255 hashes fails.
		panic("seal: " + err.Error())
	}
	return key
}

// NewKey returns KeySize random bytes.
func NewKey() []byte {
	key := make([]byte, KeySize)
	rand.Read(key) //nolint:errcheck // crypto/rand.Read never fails since Go 1.24
	return key
}
