// Package secrets makes random secrets, and hashes and compares them.
package secrets

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
)

// New is a random value of 256 bits.
func New() string { return Text(32) }

// Text is n random bytes as base64url, which needs no escaping in a form, a
// header or a shell.
func Text(n int) string {
	raw := make([]byte, n)
	rand.Read(raw) //nolint:errcheck // crypto/rand.Read never fails since Go 1.24
	return base64.RawURLEncoding.EncodeToString(raw)
}

// Hash is the stored form of a secret, as base64url. It is enough for 256
// random bits; slow hashes are for passwords.
func Hash(value string) string {
	sum := sha256.Sum256([]byte(value))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// HexHash is Hash in hexadecimal digits. Each kind of record keeps its original
// form.
func HexHash(value string) string {
	sum := sha256.Sum256([]byte(value))
	return hex.EncodeToString(sum[:])
}

// Same compares two values in constant time.
func Same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
