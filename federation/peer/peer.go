// Package peer signs people in at another hub, given its Base URL and nothing
// else.
//
// It is OpenID Connect with what two hubs can do for each other. We need no
// client id and no secret there: our client id is the address of a document
// about us (metadata.go), and we prove that we are its owner with a signature
// (assertion.go). We introduce ourselves and ask whether we may come (join.go).
// The request says which hubs it has passed, so that a ring is noticed before
// it turns; and how the person signed in is passed on, because the other hub
// is the one that knows.
package peer

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/addresses"
	"github.com/fedhub/fedhub/federation/openid"
)

// A Connector speaks with one other hub. Besides what openid.Connector can do
// it implements federation.Joiner and federation.Member.
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

// Begin adds to the authorization request which hubs it has passed. A request
// that has been at the other hub already would come back to us, and so on.
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
		query.Set("trace", hints.Trace) // the administrators of both find the same sign-in
	}
	if hints.App != "" {
		query.Set("for_app", hints.App) // people see there what they sign in to
	}
	u.RawQuery = query.Encode()
	return u.String(), nil
}

// clientID is what we are called at the other hub.
func (c *Connector) clientID() string { return c.env.ClientMetadataURL(c.key.ID) }

// scopes asks for roles only where there are rules for them, and for a way to
// look at people again only where it is kept.
func (c *Connector) scopes(doc openid.Discovery) []string {
	scopes := openid.DefaultScopes(c.key)
	if len(c.key.RoleMap) > 0 && slices.Contains(doc.Scopes, "roles") && !slices.Contains(scopes, "roles") {
		scopes = append(scopes, "roles")
	}
	const offline = "offline_access" // OpenID Connect Core §11
	if c.key.KeepTokens && slices.Contains(doc.Scopes, offline) && !slices.Contains(scopes, offline) {
		scopes = append(scopes, offline)
	}
	return scopes
}
