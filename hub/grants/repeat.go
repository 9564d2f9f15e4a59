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

// A lost answer, or two tabs that refresh at once, makes a client send a token
// that was just exchanged. For a short grace period it gets the same successor
// again. There are never two valid tokens, and after the successor is used the
// token counts as stolen (RFC 9700 §4.14.2; decision 0042).

// successor is the token that follows another one of the family. It can be
// derived again from its predecessor, but only with the hub's key: a stolen
// token and a copy of the database are not enough.
func (k *Service) successor(f TokenFamily, token, root string) string {
	mac := hmac.New(sha256.New, k.key)
	mac.Write([]byte(f.ID + "\x00" + token))
	return names.RefreshPrefix + f.ID + root + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// repeats reports whether an exchanged token gets its successor again. In all
// other cases reuse counts as theft: when the client proves nothing that a
// thief would lack, when the successor was used, when the token is older than
// the last, after the grace period, and when the request uses another key or
// asks for something else.
func (k *Service) repeats(f TokenFamily, token, root string, r RefreshRequest) bool {
	switch {
	case r.Keep, r.Public && !f.Terms.Confirm.Bound():
		return false
	case f.Rotated.IsZero(), k.now().Sub(f.Rotated).Abs() >= r.Grace: // clocks of two processes may differ
		return false
	}
	return secrets.Same(f.RefreshHash, secrets.Hash(k.successor(f, token, root))) && secrets.Same(f.RotatedFor, r.purpose(f))
}

// purpose describes the key and the content of a request, in a form that is
// only compared.
func (r RefreshRequest) purpose(f TokenFamily) string {
	scopes := r.Narrow
	if len(scopes) == 0 {
		scopes = f.Scopes // RFC 6749 §6: the default is what was granted
	}
	said := slices.Concat([]string{r.Proven.JKT, r.Proven.X5T, oauth.JoinScope(slices.Sorted(slices.Values(scopes)))}, r.Asked)
	return secrets.Hash(strings.Join(said, "\x00"))
}
