package tokens

import (
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"maps"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/claimmap"
	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/signing"
	"github.com/fedhub/fedhub/hub/users"
)

// ID is the input of an ID token.
type ID struct {
	Client clients.Client // the audience; looked up if it is zero
	Family grants.TokenFamily
	User   users.User
	Scopes []string

	// What is sent together with it: the token for at_hash, the code for
	// c_hash, the state for s_hash. Empty if none.
	AccessToken string
	Code        string
	State       string
}

// ID mints an ID token (OIDC Core §2).
func (k *Service) ID(ctx context.Context, in ID) (string, error) {
	c := in.Client
	if c.ID == "" {
		var err error
		if c, err = k.Clients.Get(ctx, in.Family.ClientID); err != nil {
			return "", err
		}
	}
	if err := k.used(ctx, c); err != nil {
		return "", err
	}
	claims, err := k.custom(ctx, release{c, in.Family, in.User, in.Scopes, claimmap.IDToken})
	if err != nil {
		return "", err
	}
	released, err := in.released(c)
	if err != nil {
		return "", err
	}
	maps.Copy(claims, released)
	maps.Copy(claims, k.signedIn(c, in.Family))
	claims["sub"] = k.subject(c, in.User.ID)
	k.forSite(c, in.User, claims)
	// §3.1.3.6, §3.3.2.11, and s_hash of FAPI 1.0 Advanced §5.1.1.
	for name, value := range map[string]string{"at_hash": in.AccessToken, "c_hash": in.Code, "s_hash": in.State} {
		if value != "" {
			claims[name] = halfHash(algOr(c.IDTokenAlg), value)
		}
	}
	return k.ForClientJWT(ctx, c, Form{c.IDTokenAlg, c.Algs.IDTokenEnc}, TypeID, claims)
}

// signedIn returns the claims about how and when the user authenticated.
func (k *Service) signedIn(c clients.Client, f grants.TokenFamily) map[string]any {
	now := k.Now()
	claims := map[string]any{
		"iss": k.Issuer,
		"aud": c.ID,
		"azp": c.ID,
		"iat": now.Unix(),
		"exp": now.Add(IDLife).Unix(),
	}
	for name, value := range map[string]string{"nonce": f.Nonce, "acr": f.ACR, "sid": f.SID} {
		if value != "" {
			claims[name] = value
		}
	}
	if !f.AuthTime.IsZero() {
		claims["auth_time"] = f.AuthTime.Unix()
	}
	if len(f.AMR) > 0 {
		claims["amr"] = f.AMR
	}
	return claims
}

// released returns the claims about the user. Where an access token is issued
// too, the claims of the scopes are in the userinfo answer and not here (§5.4),
// unless the client is set to have them here. Claims that the claims parameter
// requests for the ID token are always here (§5.5).
func (in ID) released(c clients.Client) (map[string]any, error) {
	wanted, err := oauth.ParseClaims(in.Family.Terms.Claims)
	if err != nil {
		return nil, err
	}
	claims := map[string]any{}
	if c.IDTokenClaims || in.AccessToken == "" && in.Code == "" {
		claims = UserClaims(in.User, in.Scopes)
	}
	maps.Copy(claims, RequestedClaims(in.User, c, wanted.IDToken))
	return claims, nil
}

// halfHash is the left half of the hash that belongs to the ID token's
// algorithm (§3.1.3.6). Ed25519 uses SHA-512 (RFC 8032 §5.1).
func halfHash(alg, s string) string {
	var sum []byte
	switch alg {
	case "ES384":
		all := sha512.Sum384([]byte(s))
		sum = all[:]
	case "EdDSA":
		all := sha512.Sum512([]byte(s))
		sum = all[:]
	default:
		all := sha256.Sum256([]byte(s))
		sum = all[:]
	}
	return base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2])
}

func algOr(alg string) string {
	if alg == "" {
		return signing.RS256 // OIDC Registration §2
	}
	return alg
}
