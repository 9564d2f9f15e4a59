package tokens

import (
	"context"
	"crypto/rand"

	"github.com/fedhub/fedhub/clients"
)

// Logout mints a logout token for one client (OIDC Back-Channel Logout §2.4),
// with the same sub and in the same form as its ID tokens (§2.4, §2.7). It
// cannot be confused with one: it has an events claim, no nonce, and its own
// typ.
func (k *Service) Logout(ctx context.Context, c clients.Client, userID, sid string) (string, error) {
	now := k.Now()
	return k.ForClientJWT(ctx, c, Form{c.IDTokenAlg, c.Algs.IDTokenEnc}, TypeLogout, map[string]any{
		"iss":    k.Issuer,
		"aud":    c.ID,
		"sub":    k.subject(c, userID),
		"sid":    sid,
		"iat":    now.Unix(),
		"exp":    now.Add(LogoutLife).Unix(),
		"jti":    rand.Text(),
		"events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": struct{}{}},
	})
}
