package signing

import (
	"crypto/sha256"
	"sync"
)

// maxVerified bounds what is remembered: about 3 MB.
const maxVerified = 4096

// verified remembers the payloads of tokens whose signature was good. An API
// asks about one token for each of its requests, and the signature is a third
// of the work of the answer. Nothing but the signature and the type is
// remembered: whether the token expired or was revoked is looked up each time.
// Only our own tokens get in, so nobody can fill it with others.
type verified struct {
	mu    sync.Mutex
	known map[[sha256.Size]byte]payload
}

// payload is that of a token, and the key that signed it: with the key goes
// the trust.
type payload struct {
	key  *ready
	text []byte
}

// digest names a token of a type.
func digest(raw, typ string) [sha256.Size]byte { return sha256.Sum256([]byte(typ + " " + raw)) }

func (v *verified) get(token [sha256.Size]byte) (payload, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	p, ok := v.known[token]
	return p, ok
}

func (v *verified) put(token [sha256.Size]byte, p payload) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.known == nil || len(v.known) >= maxVerified {
		v.known = map[[sha256.Size]byte]payload{}
	}
	v.known[token] = p
}
