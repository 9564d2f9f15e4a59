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

// A Secret is one of the secrets a client may show. Several can be active, so
// one is replaced without downtime: add the new, switch the app, drop the old.
type Secret struct {
	ID string `bson:"id"`
	// Hash is the SHA-256, hex, of a value that was made here: enough, because
	// it is random. Of any other value it is the HMAC-SHA-256 of that under a
	// key of the hub, which Key names, so that nobody can guess values with the
	// database alone.
	Hash    string    `bson:"hash" secret:"hash"`
	Key     string    `bson:"key,omitempty"`
	Hint    string    `bson:"hint"`                             // the last characters; none beside a Key
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
// be replaced soon: ten hexadecimal digits are 40 bits, and 32 are 128.
const WeakSecret = 32

// NewSecret makes a secret; its value is not in the record.
func NewSecret(now time.Time) (value string, s Secret) {
	value = names.ClientSecretPrefix + secrets.Text(48) // 68 octets: long enough a key for HS512 (RFC 7518 §3.2)
	return value, Secret{ID: secrets.Text(9), Hash: secrets.HexHash(value), Hint: value[len(value)-4:], Created: now}
}

// madeHere says that a value has the form of those that NewSecret makes.
func madeHere(value string) bool {
	return len(value) >= WeakSecret && strings.HasPrefix(value, names.ClientSecretPrefix)
}

// ForeignSecret is what is kept of the value of a secret that was made
// elsewhere, and may be short. It is no slow hash: whoever names a client could
// make the hub compute one for each request.
func (v *Verifier) ForeignSecret(value string, now time.Time) (Secret, error) {
	if len(v.SecretKey) == 0 {
		return Secret{}, errors.New("no key, so no secret that was made elsewhere can be kept")
	}
	return Secret{ID: secrets.Text(9), Hash: v.keyed(secrets.HexHash(value)), Key: v.keyName(), Created: now}, nil
}

// keyed is the form under the hub's key of what is kept of a value.
func (v *Verifier) keyed(hash string) string {
	mac := hmac.New(sha256.New, v.SecretKey)
	mac.Write([]byte(hash)) //nolint:errcheck // a hash takes everything
	return hex.EncodeToString(mac.Sum(nil))
}

// keyName tells the hub's key from another, and nothing about it.
func (v *Verifier) keyName() string { return v.keyed("name")[:8] }

// Match finds the active secret that was presented. Where there is none it
// returns false with the expired one that it is, if any. It compares digests in
// constant time and always to the end, so that neither the place of a
// difference nor the number of secrets shows. With no secret at all it still
// does the work of one. A weak secret that an earlier hub kept without a key is
// returned as it is to be kept from now on.
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

// wrongSecret is why a secret was not accepted, for administrators; old is the
// expired one that it is, if any.
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
