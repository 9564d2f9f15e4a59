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

// Authenticate returns the client with these credentials. audience is the
// audience of an assertion; empty means our issuer. A client that fails to
// authenticate is *clientauth.AuthError; any other error is ours. A disabled or
// unapproved client looks like an unknown one.
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

// Saw notes which of several possibilities the client used.
func (r *Registry) Saw(ctx context.Context, c Client, did habits.Habit) {
	now := r.Stamp()
	if !c.Habits.Saw(did, now) {
		return
	}
	r.note(ctx, c.ID, fmt.Sprint("habit ", c.ID, did), habits.Every, func(c *Client) bool { return c.Habits.Saw(did, now) })
}

// Auth is how the client registered to authenticate.
func (c Client) Auth() clientauth.Registered {
	return clientauth.Registered{
		Publisher: c.Publisher(), Method: c.AuthMethod,
		Secrets: c.Secrets, TLS: c.TLS, Alg: c.Algs.Assertion, HighSecurity: c.Secure(),
	}
}

// Publisher describes where the client's keys are published.
func (c Client) Publisher() clientauth.Publisher {
	p := clientauth.Publisher{ID: c.ID, JWKS: c.JWKS, JWKSURI: c.JWKSURI, Hub: c.Server != nil}
	if p.Hub {
		p.Approved = c.Server.KeyThumbprints
	}
	return p
}

// SharesKeys reports whether something between the client and the hub is signed
// with the client's secret (OIDC Core §10.1). The hub must then be able to read
// the secret, so it is stored encrypted beside its hash; for other clients only
// a hash is stored.
func (c Client) SharesKeys() bool {
	if !c.UsesSecret() {
		return false
	}
	return c.AuthMethod == clientauth.MethodSecretJWT || slices.Contains([]string{
		c.IDTokenAlg, c.Algs.Userinfo, c.Algs.Authorization, c.Algs.Introspection, c.Algs.Request, c.Algs.Assertion,
	}, clientauth.HS256)
}

// DropNeedlessSecrets removes what the client no longer needs: all of its
// secrets, or the encrypted copies that were used for signing.
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
