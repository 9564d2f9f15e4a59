package clients

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/fedhub/fedhub/internal/names"
)

// HS256 makes an HMAC with the client's secret (RFC 7518 §3.2).
const HS256 = "HS256"

// SharesKeys reports whether something between the client and the hub is
// signed with the client's secret (OIDC Core §10.1). The hub must then be able
// to read the secret, which is kept encrypted beside its hash; every other
// client's is kept as a hash alone.
func (c Client) SharesKeys() bool {
	if !c.usesSecret() {
		return false
	}
	return c.AuthMethod == MethodSecretJWT || slices.Contains([]string{
		c.IDTokenAlg, c.Algs.Userinfo, c.Algs.Authorization, c.Algs.Introspection, c.Algs.Request, c.Algs.Assertion,
	}, HS256)
}

// SharedKeys returns what the active secrets of the client are as keys: their
// octets (OIDC Core §10.1). The one it used last comes first, so a client that
// changes over to a new secret is answered with the new one from then on. A
// secret from before the client shared keys is not among them. ErrNoSharedKey
// says that there is none.
func (r *Registry) SharedKeys(_ context.Context, c Client) ([][]byte, error) {
	secrets := slices.Clone(c.Secrets)
	slices.SortStableFunc(secrets, func(a, b Secret) int {
		if by := b.LastUsed.Compare(a.LastUsed); by != 0 {
			return by
		}
		return b.Created.Compare(a.Created)
	})
	var keys [][]byte
	for _, s := range secrets {
		if s.Sealed == "" || !s.Active(r.now()) || r.open == nil {
			continue
		}
		plain, err := r.open(s.Sealed, names.ClientSecret(c.ID, s.ID))
		if err != nil {
			return nil, fmt.Errorf("open a secret of client %s: %w", c.ID, err)
		}
		keys = append(keys, plain)
	}
	if len(keys) == 0 {
		return nil, ErrNoSharedKey
	}
	return keys, nil
}

// ErrNoSharedKey says that no secret of the client can serve as a key.
var ErrNoSharedKey = errors.New("the client has no active secret that can serve as a key; make a new secret for it")

// forgetKeys leaves only the hashes of the secrets.
func (c *Client) forgetKeys() {
	for i := range c.Secrets {
		c.Secrets[i].Sealed = ""
	}
}
