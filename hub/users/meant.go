package users

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"github.com/fedhub/fedhub/internal/emailaddr"
)

// Unknown is what stands before the hash of an address or a name that nobody
// here has.
const Unknown = "unknown:"

// Meant is whom somebody meant who typed an address to sign in, for the record:
// the id of the account, or a hash under the hub's key where there is none. What
// was typed is never kept, for people type passwords into the wrong box.
func (k *Service) Meant(ctx context.Context, typed string) string {
	key, err := emailaddr.Canonical(typed)
	if err != nil {
		key = strings.TrimSpace(typed)
	} else if u, err := k.ByEmailKey(ctx, key); err == nil {
		return u.ID
	}
	mac := hmac.New(sha256.New, k.typed)
	mac.Write([]byte(key)) //nolint:errcheck // a hash takes everything
	return Unknown + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:16])
}
