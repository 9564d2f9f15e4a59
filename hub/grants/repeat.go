package grants

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"

	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/internal/names"
	"github.com/fedhub/fedhub/internal/secrets"
)

// An answer that is lost on its way, and two tabs that refresh at once, make a
// client send a token again that was exchanged just now. For a moment it gets
// the same successor as the first time: two live tokens there never are, and
// which of two parties uses the successor first decides as before (RFC 9700
// §4.14.2; decision 0042).

// successor is the token that follows another of the family. It can be made
// again from the one before it, but only with the hub's key: who has the old
// token, or a copy of the database, or both, does not have it.
func (k *Service) successor(f TokenFamily, token, root string) string {
	mac := hmac.New(sha256.New, k.key)
	mac.Write([]byte(f.ID + "\x00" + token))
	return names.RefreshPrefix + f.ID + root + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// repeats reports whether a token that was exchanged already is to get its
// successor again. It keeps the rule that a used token is theft: for whoever
// proves nothing that a thief of the token does not have as well, once the
// successor was used itself, for all tokens before the last, after the moment
// of grace, and for whoever asks by another key or for something else.
func (k *Service) repeats(f TokenFamily, token, root string, r RefreshRequest) bool {
	switch {
	case r.Keep, r.Public && !f.Terms.Confirm.Bound():
		return false
	case f.Rotated.IsZero(), k.now().Sub(f.Rotated).Abs() >= r.Grace: // clocks of two processes may differ
		return false
	}
	return secrets.Same(f.RefreshHash, secrets.Hash(k.successor(f, token, root))) && secrets.Same(f.RotatedFor, r.purpose(f))
}

// purpose is by which key a client asks and for what, in a form that is only
// compared.
func (r RefreshRequest) purpose(f TokenFamily) string {
	scopes := r.Narrow
	if len(scopes) == 0 {
		scopes = f.Scopes // RFC 6749 §6: what was granted
	}
	said := slices.Concat([]string{r.Proven.JKT, r.Proven.X5T, oauth.JoinScope(slices.Sorted(slices.Values(scopes)))}, r.Asked)
	return secrets.Hash(strings.Join(said, "\x00"))
}
