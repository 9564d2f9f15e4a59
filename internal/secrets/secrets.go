// Package secrets makes values that nobody can guess, and says how they are
// kept and compared.
package secrets

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
)

// New is 256 bits that nobody can guess.
func New() string { return Text(32) }

// Text is n random bytes as base64url, whose characters need no escaping in a
// form, a header or a shell.
func Text(n int) string {
	raw := make([]byte, n)
	rand.Read(raw) //nolint:errcheck // crypto/rand.Read never fails since Go 1.24
	return base64.RawURLEncoding.EncodeToString(raw)
}

// Hash is what is kept of a value, as base64url. It is enough for values of
// 256 random bits; slow hashes are for passwords.
func Hash(value string) string {
	sum := sha256.Sum256([]byte(value))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// HexHash is Hash in hexadecimal digits. Each kind of record keeps the form
// that it began with.
func HexHash(value string) string {
	sum := sha256.Sum256([]byte(value))
	return hex.EncodeToString(sum[:])
}

// Same compares two values, and takes as long however alike they are.
func Same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
