package signing

import (
	"crypto/sha256"

	"github.com/fedhub/fedhub/internal/cache"
)

// maxVerified bounds what is remembered: about 3 MB.
const maxVerified = 4096

// A memory keeps the payloads of tokens whose signature was good. An API asks
// about one token for each of its requests, and the signature is a third of the
// work of the answer. Nothing but the signature and the type is remembered:
// whether the token expired or was revoked is looked up each time. Only our own
// tokens get in, so nobody can fill it with others.
type memory = cache.Map[[sha256.Size]byte, payload]

// payload is that of a token, and the key that signed it: with the key goes
// the trust.
type payload struct {
	key  *ready
	text []byte
}

// digest names a token of a type.
func digest(raw, typ string) [sha256.Size]byte { return sha256.Sum256([]byte(typ + " " + raw)) }
