// Package peer signs users in at another hub, which is set up by its Base URL
// alone.
//
// It is OpenID Connect with additions between two hubs. We need no client id or
// secret there: our client id is the address of our metadata document
// (metadata.go), and a signature proves that it is ours (assertion.go). We
// request a connection and ask for its status (join.go). A request lists the
// hubs that it has passed, so that a loop is detected. The other hub's
// statement of how the user signed in (acr, amr) is trusted.
package peer

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/addresses"
	"github.com/fedhub/fedhub/federation/mapping"
	"github.com/fedhub/fedhub/federation/openid"
)

// A Connector is the client of one other hub. Besides openid.Connector it
// implements federation.Registrar and federation.RegistrationStatus.
type Connector struct {
	*openid.Connector
	key federation.LoginKey
	env federation.Dependencies
}

// New opens a key of the kind "peer".
func New(key federation.LoginKey, env federation.Dependencies) (federation.Connector, error) {
	c := &Connector{key: key, env: env.WithDefaults()}
	inner, err := openid.Open(key, env, openid.Quirks{
		ClientID:     c.clientID(),
		Authenticate: c.authenticate,
		Scopes:       c.scopes,
		Assurance:    true,
	})
	if err != nil {
		return nil, err
	}
	c.Connector = inner
	return c, nil
}

// Begin adds the list of passed hubs to the authorization request. A request
// that has passed the other hub already would return to us in a loop.
func (c *Connector) Begin(ctx context.Context, leg *federation.AuthState, hints federation.AuthRequestOptions) (string, error) {
	via := append(slices.Clone(hints.Via), c.env.Hub)
	if addresses.Circles(hints.Via, c.env.Hub) || addresses.Circles(via, c.key.BaseURL) {
		ring := strings.Join(append(via, c.key.BaseURL), " → ")
		return "", federation.NewFault(federation.Circular, c.key.Name, fmt.Errorf("the hubs refer to each other: %s", federation.CleanText(ring, 500)))
	}
	redirect, err := c.Connector.Begin(ctx, leg, hints)
	if err != nil {
		return "", err
	}
	leg.Via = via
	u, err := url.Parse(redirect)
	if err != nil {
		return "", fmt.Errorf("extend the authorization request: %w", err)
	}
	query := u.Query()
	query.Set("via", addresses.FormatVia(via))
	if hints.Trace != "" {
		query.Set("trace", hints.Trace) // administrators of both hubs find the same sign-in by it
	}
	if hints.App != "" {
		query.Set("for_app", hints.App) // shown to users there
	}
	u.RawQuery = query.Encode()
	return u.String(), nil
}

// clientID is our client_id at the other hub.
func (c *Connector) clientID() string { return c.env.ClientMetadataURL(c.key.ID) }

// scopes requests roles and groups only if the key has rules for them, and offline access
// only if tokens are kept.
func (c *Connector) scopes(doc openid.Discovery) []string {
	scopes := openid.DefaultScopes(c.key)
	if len(c.key.RoleMap) > 0 && slices.Contains(doc.Scopes, "roles") && !slices.Contains(scopes, "roles") {
		scopes = append(scopes, "roles")
	}
	for _, scope := range []string{"roles", "groups"} {
		needed := slices.ContainsFunc(c.key.GroupMap, func(r mapping.GroupRule) bool { return r.Claim == scope })
		if needed && slices.Contains(doc.Scopes, scope) && !slices.Contains(scopes, scope) {
			scopes = append(scopes, scope)
		}
	}
	const offline = "offline_access" // OpenID Connect Core §11
	if c.key.KeepTokens && slices.Contains(doc.Scopes, offline) && !slices.Contains(scopes, offline) {
		scopes = append(scopes, offline)
	}
	return scopes
}
