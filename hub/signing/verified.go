package signing

import (
	"crypto/sha256"

	lru "github.com/hashicorp/golang-lru/v2"
)

// maxVerified bounds what is remembered: about 3 MB.
const maxVerified = 4096

// newVerified remembers the payloads of tokens whose signature was good. An API
// asks about one token for each of its requests, and the signature is a third
// of the work of the answer. Nothing but the signature and the type is
// remembered: whether the token expired or was revoked is looked up each time.
// Only our own tokens get in, so nobody can fill it with others.
func newVerified() *lru.Cache[[sha256.Size]byte, payload] {
	known, err := lru.New[[sha256.Size]byte, payload](maxVerified)
	if err != nil {
		panic(err) // it refuses a size below one
	}
	return known
}

// payload is that of a token, and the key that signed it: with the key goes
// the trust.
type payload struct {
	key  *ready
	text []byte
}

// digest names a token of a type.
func digest(raw, typ string) [sha256.Size]byte { return sha256.Sum256([]byte(typ + " " + raw)) }
