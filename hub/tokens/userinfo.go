package tokens

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/claimmap"
	"github.com/fedhub/fedhub/hub/oauth"
)

// TypeUserinfo is the typ header of a signed userinfo answer.
const TypeUserinfo = "JWT"

// Userinfo returns the userinfo answer for a token and its media type: JSON or,
// if the client registered for that, a JWT that is signed, encrypted or both
// (OIDC Core §5.3.2).
func (k *Service) Userinfo(ctx context.Context, h TokenInfo, c clients.Client) (body []byte, mediaType string, err error) {
	wanted, err := oauth.ParseClaims(h.Family.Terms.Claims)
	if err != nil {
		return nil, "", err
	}
	claims, err := k.custom(ctx, release{c, h.Family, h.User, h.Scopes(), claimmap.Userinfo})
	if err != nil {
		return nil, "", err
	}
	maps.Copy(claims, UserClaims(h.User, h.Scopes()))
	maps.Copy(claims, RequestedClaims(h.User, c, wanted.Userinfo))
	claims["sub"] = k.subject(c, h.User.ID)
	k.forSite(c, h.User, claims)

	switch {
	case c.Algs.Userinfo != "":
		claims["iss"], claims["aud"] = k.Issuer, c.ID // §5.3.2 requires both in a signed answer
		jwt, err := k.ForClientJWT(ctx, c, Form{c.Algs.Userinfo, c.Algs.UserinfoEnc}, TypeUserinfo, claims)
		return []byte(jwt), "application/jwt", err
	case c.Algs.UserinfoEnc.Alg != "":
		plain, err := json.Marshal(claims)
		if err != nil {
			return nil, "", fmt.Errorf("encode claims: %w", err)
		}
		jwe, err := k.EncryptFor(ctx, c, c.Algs.UserinfoEnc, "", plain)
		return []byte(jwe), "application/jwt", err
	}
	body, err = json.Marshal(claims)
	return body, "application/json; charset=utf-8", err
}
