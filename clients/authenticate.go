package clients

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/clients/habits"
)

// Authenticate returns the client whose credentials these are. audience is
// what an assertion must be addressed to; empty means our issuer. A client
// that does not prove itself is *clientauth.AuthError; any other error is ours.
// One that is disabled or not approved is not told apart from an unknown one.
func (r *Registry) Authenticate(ctx context.Context, cred clientauth.Credentials, audience string, also ...string) (Client, error) {
	client, err := r.Get(ctx, cred.ID)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Client{}, fmt.Errorf("authenticate client: %w", err)
	}
	var registered *clientauth.Registered
	if err == nil {
		auth := client.Auth()
		registered = &auth
	} else if _, err := r.Known(ctx, cred.ID); err == nil {
		registered = &clientauth.Registered{Off: true}
	}
	used, err := r.auth.Authenticate(ctx, cred, registered, audience, also...)
	if err != nil {
		return Client{}, err
	}
	if used.ID != "" {
		r.updateLastUsed(ctx, client, used, habits.Place(cred.Method))
		client.use(used.ID, r.Stamp())
	}
	return client, nil
}

// Saw notes what the client did where it has a choice.
func (r *Registry) Saw(ctx context.Context, c Client, did habits.Habit) {
	now := r.Stamp()
	if !c.Habits.Saw(did, now) {
		return
	}
	r.note(ctx, c.ID, fmt.Sprint("habit ", c.ID, did), habits.Every, func(c *Client) bool { return c.Habits.Saw(did, now) })
}

// Auth is what the client registered about how it proves itself.
func (c Client) Auth() clientauth.Registered {
	return clientauth.Registered{
		Publisher: c.Publisher(), Method: c.AuthMethod,
		Secrets: c.Secrets, TLS: c.TLS, Alg: c.Algs.Assertion, HighSecurity: c.Secure(),
	}
}

// Publisher is who the client is among those who publish keys.
func (c Client) Publisher() clientauth.Publisher {
	p := clientauth.Publisher{ID: c.ID, JWKS: c.JWKS, JWKSURI: c.JWKSURI, Hub: c.Server != nil}
	if p.Hub {
		p.Approved = c.Server.KeyThumbprints
	}
	return p
}

// SharesKeys reports whether something between the client and the hub is
// signed with the client's secret (OIDC Core §10.1). The hub must then be able
// to read the secret, which is kept encrypted beside its hash; every other
// client's is kept as a hash alone.
func (c Client) SharesKeys() bool {
	if !c.UsesSecret() {
		return false
	}
	return c.AuthMethod == clientauth.MethodSecretJWT || slices.Contains([]string{
		c.IDTokenAlg, c.Algs.Userinfo, c.Algs.Authorization, c.Algs.Introspection, c.Algs.Request, c.Algs.Assertion,
	}, clientauth.HS256)
}

// DropNeedlessSecrets ends what the client no longer has a use for: all of its
// secrets, or what was kept beside their hashes to sign with.
func (c *Client) DropNeedlessSecrets() {
	if !c.UsesSecret() {
		c.Secrets = nil
	}
	if c.SharesKeys() {
		return
	}
	for i := range c.Secrets {
		c.Secrets[i].Sealed = ""
	}
}
