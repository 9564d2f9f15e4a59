package tokens

import (
	"context"
	"errors"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/algs"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/signing"
)

// A Form is how a client wants JWTs from the hub: the signing algorithm (RS256
// if empty) and, optionally, encryption.
type Form struct {
	Alg string
	Enc algs.Encryption
}

// ForClientJWT returns claims as a JWT for one client: signed with the hub's
// key or, for HS256, with the client's secret, and encrypted to the client's
// key as a nested JWT if the form says so (RFC 7519 §5.2, OIDC Core §10.2). typ
// is the typ header of the inner token.
//
// The caller provides all claims: iss, aud, iat and exp are not added. If the
// client has no key for it, the error is an *oauth.Error for its developer.
func (k *Service) ForClientJWT(ctx context.Context, c clients.Client, form Form, typ string, claims any) (string, error) {
	signed, err := k.signFor(ctx, c, form.Alg, typ, claims)
	if err != nil || form.Enc.Alg == "" {
		return signed, err
	}
	return k.EncryptFor(ctx, c, form.Enc, "JWT", []byte(signed))
}

func (k *Service) signFor(ctx context.Context, c clients.Client, alg, typ string, claims any) (string, error) {
	if alg != clientauth.HS256 {
		return k.Signing.Sign(ctx, algOr(alg), typ, claims)
	}
	keys, err := k.ClientAuth.SharedKeys(c.ID, c.Secrets)
	if errors.Is(err, clientauth.ErrNoSharedKey) {
		return "", oauth.InvalidRequest("oauth.secret.keyless").Because(err)
	}
	if err != nil {
		return "", err
	}
	return signing.MAC(keys[0], typ, claims)
}

// EncryptFor returns a payload as a JWE to the client's key. cty is its content
// type; empty for JSON.
func (k *Service) EncryptFor(ctx context.Context, c clients.Client, e algs.Encryption, cty string, payload []byte) (string, error) {
	key, err := k.ClientAuth.Keys.ToEncrypt(ctx, c.Publisher(), e.Alg)
	if err != nil {
		return "", oauth.InvalidRequest("oauth.encryption.keyless", "alg", e.Alg).Because(err)
	}
	enc := e.Enc
	if enc == "" {
		enc = clientauth.EncryptionEncs()[0]
	}
	return signing.Encrypt(key, e.Alg, enc, cty, payload)
}
