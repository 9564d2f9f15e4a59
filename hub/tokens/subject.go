package tokens

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"

	"github.com/fedhub/fedhub/clients"
)

// Subject returns the sub that a client knows a user by. A deleted client is
// fs.ErrNotExist.
func (k *Service) Subject(ctx context.Context, clientID, userID string) (string, error) {
	c, err := k.Clients.Get(ctx, clientID)
	if err != nil {
		return "", err
	}
	return k.subject(c, userID), nil
}

// subject is the user's id or, for pairwise subjects, a value that the clients
// of one sector share. It reveals neither the user nor the value in another
// sector (OIDC Core §8.1). The hub never needs the reverse: what was issued
// belongs to a token family, which names the user.
func (k *Service) subject(c clients.Client, userID string) string {
	sector := c.Sector()
	if sector == "" {
		return userID
	}
	mac := hmac.New(sha256.New, k.Pairwise)
	mac.Write([]byte(sector + "\x00" + userID)) //nolint:errcheck // a hash takes everything
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
