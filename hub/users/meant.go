package users

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// Unknown is the prefix of the hash of an address or name without an account.
const Unknown = "unknown:"

// Meant names the account that a typed address belongs to, for the audit log:
// the id of the account, or a hash under the hub's key if there is none. The
// typed text is never stored, because people sometimes type passwords into the
// wrong field.
func (k *Service) Meant(ctx context.Context, typed string) string {
	i, err := k.identify(ctx, typed)
	key := i.key
	if err != nil {
		key = strings.TrimSpace(typed)
	} else if u, err := i.find(ctx); err == nil && u.ID != "" {
		return u.ID
	}
	mac := hmac.New(sha256.New, k.typed)
	mac.Write([]byte(key)) //nolint:errcheck // a hash never fails
	return Unknown + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:16])
}
