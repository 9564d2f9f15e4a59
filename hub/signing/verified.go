package signing

import (
	"crypto/sha256"

	"github.com/fedhub/fedhub/internal/cache"
)

// maxVerified bounds the cache: about 3 MB.
const maxVerified = 4096

// A memory caches the payloads of tokens with a verified signature. An API
// introspects a token for each of its requests, and the signature is a third of
// the work. Only signature and type are cached; expiry and revocation are
// checked each time. Only the hub's own tokens are cached, so others cannot
// fill it.
type memory = cache.Map[[sha256.Size]byte, payload]

// payload is a token's payload with the key that signed it: it is only trusted
// as long as the key.
type payload struct {
	key  *ready
	text []byte
}

// digest is the cache key of a token with its type.
func digest(raw, typ string) [sha256.Size]byte { return sha256.Sum256([]byte(typ + " " + raw)) }
