package dpop

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"strconv"
	"time"
)

// slot is how long one nonce is issued. It is valid in the next slot too, so a
// client has at least that time to use it.
const slot = 150 * time.Second

// Nonces derives nonces (RFC 9449 §8) from the time, so that every process of a
// hub knows them and none is stored.
type Nonces struct {
	key []byte
	now func() time.Time
}

// NewNonces uses a key that only the hub knows.
func NewNonces(key []byte, now func() time.Time) *Nonces { return &Nonces{key: key, now: now} }

// Current is the nonce to issue now.
func (n *Nonces) Current() string { return n.of(n.slot()) }

// good accepts the nonce of this slot, of the one before and of the one after,
// because another process's clock may be ahead.
func (n *Nonces) good(nonce string) bool {
	now, found := n.slot(), 0
	for _, s := range []int64{now - 1, now, now + 1} {
		found |= subtle.ConstantTimeCompare([]byte(nonce), []byte(n.of(s)))
	}
	return found == 1
}

func (n *Nonces) slot() int64 { return n.now().Unix() / int64(slot/time.Second) }

func (n *Nonces) of(s int64) string {
	mac := hmac.New(sha256.New, n.key)
	mac.Write([]byte(strconv.FormatInt(s, 10))) //nolint:errcheck // a hash never fails
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:18])
}
