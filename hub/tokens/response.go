package tokens

import (
	"context"
	"net/url"
	"time"

	"github.com/fedhub/fedhub/clients"
)

// ResponseLife is how long an authorization response is valid (JARM §2.1
// recommends at most ten minutes).
const ResponseLife = 5 * time.Minute

// Response makes a JWT of an authorization response (JARM §2.1).
func (k *Service) Response(ctx context.Context, client clients.Client, answer url.Values) (string, error) {
	claims := map[string]any{"iss": k.Issuer, "aud": client.ID, "exp": k.Now().Add(ResponseLife).Unix()}
	for name := range answer {
		if name != "iss" {
			claims[name] = answer.Get(name)
		}
	}
	// JARM §3: RS256 is the default.
	return k.ForClientJWT(ctx, client, Form{client.Algs.Authorization, client.Algs.AuthorizationEnc}, TypeID, claims)
}
