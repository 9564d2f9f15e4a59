package clientauth

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fedhub/fedhub/internal/names"
	"github.com/fedhub/fedhub/internal/secrets"
)

// A Secret is one of the secrets a client may show. Several can be active, so
// one is replaced without downtime: add the new, switch the app, drop the old.
type Secret struct {
	ID      string    `bson:"id"`
	Hash    string    `bson:"hash" secret:"hash"`               // SHA-256, hex; enough, because the value is random
	Hint    string    `bson:"hint"`                             // the last characters
	Sealed  string    `bson:"sealed,omitempty" secret:"sealed"` // the value, encrypted, where it serves as a key
	Created time.Time `bson:"created"`
	Expires time.Time `bson:"expires,omitempty"` // zero: never

	// LastUsed is behind by up to an hour, so that a token request does not
	// cost a write.
	LastUsed time.Time `bson:"last_used,omitempty"`
}

// Active reports whether the secret still counts.
func (s Secret) Active(now time.Time) bool { return s.Expires.IsZero() || now.Before(s.Expires) }

// WeakSecret is the length under which a secret that was made elsewhere should
// be replaced soon: ten hexadecimal digits are 40 bits.
const WeakSecret = 32

// NewSecret makes a secret; its value is not in the record.
func NewSecret(now time.Time) (value string, s Secret) {
	value = names.ClientSecretPrefix + secrets.Text(48) // 68 octets: long enough a key for HS512 (RFC 7518 §3.2)
	return value, SecretOf(value, now)
}

// SecretOf is what is kept of a secret's value.
func SecretOf(value string, now time.Time) Secret {
	hint := 4
	if len(value) < WeakSecret {
		hint = 2 // there is little enough to guess
	}
	return Secret{ID: secrets.Text(9), Hash: secrets.HexHash(value), Hint: value[len(value)-hint:], Created: now}
}

// Match finds the active secret that was presented. It compares digests in
// constant time and always to the end, so that neither the place of a
// difference nor the number of secrets shows. With no secret at all it still
// does the work of one.
func Match(kept []Secret, presented string, now time.Time) (Secret, bool) {
	given := secrets.HexHash(presented)
	var found Secret
	ok := 0
	for _, s := range append(slices.Clone(kept), Secret{Hash: strings.Repeat("0", len(given))}) {
		if secrets.Same(s.Hash, given) && s.ID != "" && s.Active(now) {
			found, ok = s, 1
		}
	}
	return found, ok == 1
}

// ErrNoSharedKey says that no secret of the client can serve as a key.
var ErrNoSharedKey = errors.New("the client has no active secret that can serve as a key; make a new secret for it")

// KeepAsKey keeps the value of a client's secret, encrypted, in its record.
func (v *Verifier) KeepAsKey(clientID, value string, s *Secret) error {
	if v.Seal == nil {
		return errors.New("no seal, so no secret can be kept as a key")
	}
	s.Sealed = v.Seal([]byte(value), names.ClientSecret(clientID, s.ID))
	return nil
}

// SharedKeys returns what the active secrets of a client are as keys: their
// octets (OIDC Core §10.1). The one it used last comes first, so a client that
// changes over to a new secret is answered with the new one from then on. A
// secret from before the client shared keys is not among them. ErrNoSharedKey
// says that there is none.
func (v *Verifier) SharedKeys(clientID string, kept []Secret) ([][]byte, error) {
	kept = slices.Clone(kept)
	slices.SortStableFunc(kept, func(a, b Secret) int {
		if by := b.LastUsed.Compare(a.LastUsed); by != 0 {
			return by
		}
		return b.Created.Compare(a.Created)
	})
	var keys [][]byte
	for _, s := range kept {
		if s.Sealed == "" || !s.Active(v.Now()) || v.Open == nil {
			continue
		}
		plain, err := v.Open(s.Sealed, names.ClientSecret(clientID, s.ID))
		if err != nil {
			return nil, fmt.Errorf("open a secret of client %s: %w", clientID, err)
		}
		keys = append(keys, plain)
	}
	if len(keys) == 0 {
		return nil, ErrNoSharedKey
	}
	return keys, nil
}
