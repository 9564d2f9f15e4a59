package clientauth

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fedhub/fedhub/internal/names"
	"github.com/fedhub/fedhub/internal/secrets"
	"github.com/fedhub/fedhub/internal/texts"
)

// A Secret is one of a client's secrets. Several can be active, so that a
// secret can be replaced without downtime: add the new one, switch the app
// over, remove the old one.
type Secret struct {
	ID string `bson:"id"`
	// Hash is the SHA-256, hex, of a secret that was made here, which is
	// random. For any other secret it is the HMAC-SHA-256 of that hash under a
	// key of the hub, named by Key, so that a copy of the database is not
	// enough to guess it.
	Hash    string    `bson:"hash" secret:"hash"`
	Key     string    `bson:"key,omitempty"`
	Hint    string    `bson:"hint"`                             // the last characters; empty beside a Key
	Sealed  string    `bson:"sealed,omitempty" secret:"sealed"` // the value, encrypted, if it is used as a key
	Created time.Time `bson:"created"`
	Expires time.Time `bson:"expires,omitempty"` // zero: never

	// LastUsed is up to an hour behind, so that a token request does not cost a
	// write.
	LastUsed time.Time `bson:"last_used,omitempty"`
}

// Active reports whether the secret is valid.
func (s Secret) Active(now time.Time) bool { return s.Expires.IsZero() || now.Before(s.Expires) }

// WeakSecret is the length below which a secret that was made elsewhere should
// be replaced soon: ten hexadecimal digits are 40 bits, and 32 are 128.
const WeakSecret = 32

// NewSecret makes a secret. The record does not contain its value.
func NewSecret(now time.Time) (value string, s Secret) {
	value = names.ClientSecretPrefix + secrets.Text(48) // 68 octets: long enough for an HS512 key (RFC 7518 §3.2)
	return value, Secret{ID: secrets.Text(9), Hash: secrets.HexHash(value), Hint: value[len(value)-4:], Created: now}
}

// madeHere reports whether a value has the form that NewSecret makes.
func madeHere(value string) bool {
	return len(value) >= WeakSecret && strings.HasPrefix(value, names.ClientSecretPrefix)
}

// ForeignSecret makes the record of a secret that was made elsewhere and may be
// short. It does not use a slow hash: otherwise anyone who knows a client id
// could make the hub compute one for each request.
func (v *Verifier) ForeignSecret(value string, now time.Time) (Secret, error) {
	if len(v.SecretKey) == 0 {
		return Secret{}, errors.New("there is no key, so a secret that was made elsewhere cannot be stored")
	}
	return Secret{ID: secrets.Text(9), Hash: v.keyed(secrets.HexHash(value)), Key: v.keyName(), Created: now}, nil
}

// keyed is the HMAC of a hash under the hub's key.
func (v *Verifier) keyed(hash string) string {
	mac := hmac.New(sha256.New, v.SecretKey)
	mac.Write([]byte(hash)) //nolint:errcheck // a hash never fails
	return hex.EncodeToString(mac.Sum(nil))
}

// keyName identifies the hub's key and reveals nothing about it.
func (v *Verifier) keyName() string { return v.keyed("name")[:8] }

// Match finds the active secret that was presented. If there is none, it
// returns false and the expired one that matches, if any. It compares digests
// in constant time and always compares all of them, so that timing reveals
// neither the position of a difference nor the number of secrets. Without any
// secret it does the work for one. A weak secret that an earlier hub stored
// without a key is returned in the new form.
func (v *Verifier) Match(kept []Secret, presented string) (Secret, bool) {
	plain := secrets.HexHash(presented)
	keyed := v.keyed(plain)
	var found Secret
	ok := false
	for _, s := range append(slices.Clone(kept), Secret{Hash: strings.Repeat("0", len(plain))}) {
		given := plain
		if s.Key != "" {
			given = keyed
		}
		if secrets.Same(s.Hash, given) && s.ID != "" && !ok {
			found, ok = s, s.Active(v.Now())
		}
	}
	if ok && found.Key == "" && len(v.SecretKey) > 0 && !madeHere(presented) {
		found.Hash, found.Key, found.Hint = keyed, v.keyName(), ""
	}
	return found, ok
}

// wrongSecret is the reason for administrators; old is the expired secret that
// matches, if any.
func (v *Verifier) wrongSecret(kept []Secret, old Secret) texts.Text {
	ours := v.keyName()
	switch {
	case old.ID != "":
		return texts.New("client.refused.expired", "hint", old.Hint, "at", old.Expires)
	case len(kept) == 0:
		return texts.New("client.refused.secretless")
	case slices.ContainsFunc(kept, func(s Secret) bool { return s.Key != "" && s.Key != ours }):
		return texts.New("client.refused.secret.key")
	}
	return texts.New("client.refused.secret")
}

// ErrNoSharedKey says that the client has no secret that can be used as a key.
var ErrNoSharedKey = errors.New("the client has no active secret that can be used as a key; create a new secret for it")

// KeepAsKey stores the encrypted value of a client's secret in its record.
func (v *Verifier) KeepAsKey(clientID, value string, s *Secret) error {
	if v.Seal == nil {
		return errors.New("there is no encryption, so a secret cannot be stored as a key")
	}
	s.Sealed = v.Seal([]byte(value), names.ClientSecret(clientID, s.ID))
	return nil
}

// SharedKeys returns the client's active secrets as keys: their octets (OIDC
// Core §10.1). The one it used last comes first, so that a client that switches
// to a new secret gets answers signed with it. A secret from before the client
// needed shared keys is not included. ErrNoSharedKey says that there is none.
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
