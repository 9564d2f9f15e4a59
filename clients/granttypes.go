package clients

import (
	"cmp"
	"slices"

	"github.com/fedhub/fedhub/clients/granttypes"
	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/clients/scopes"
	"github.com/fedhub/fedhub/internal/forms"
)

// The grant types.
const (
	GrantCode              = granttypes.Code
	GrantImplicit          = granttypes.Implicit
	GrantRefresh           = granttypes.Refresh
	GrantClientCredentials = granttypes.ClientCredentials
	GrantDevice            = granttypes.Device
	GrantExchange          = granttypes.Exchange
	GrantJWT               = granttypes.JWT
	GrantCIBA              = granttypes.CIBA
	noGrant                = granttypes.None
)

// HasGrant reports whether the client is registered for a grant type.
func (c Client) HasGrant(grant string) bool { return slices.Contains(c.GrantTypes, grant) }

// SetGrant adds or removes a grant type.
func (c *Client) SetGrant(grant string, on bool) {
	grants := slices.DeleteFunc(slices.Clone(c.GrantTypes), func(g string) bool { return g == grant })
	if on {
		grants = append(grants, grant)
	}
	c.GrantTypes = granttypes.InOrder(grants)
}

// ChooseGrant registers the client for Authorization Code or Implicit, by the
// name in the form, and removes the other; empty or None removes both. An
// unknown name is refused when the client is saved, and so is None for a type
// that uses the browser.
func (c *Client) ChooseGrant(name string) {
	c.SetGrant(GrantCode, false)
	c.SetGrant(GrantImplicit, false)
	c.SetGrant(granttypes.Named(cmp.Or(name, noGrant)), true)
}

// AllowsGrant reports whether the client may use a grant type.
func (c Client) AllowsGrant(grant string) bool {
	return c.HasGrant(grant) && (grant != GrantClientCredentials || !c.Public())
}

// HasScope reports whether the client may request a scope.
func (c Client) HasScope(scope string) bool {
	return slices.Contains(c.Scopes, scope) || scope == scopes.Offline && c.AllowsGrant(GrantRefresh)
}

// AllowsResponse reports whether the client may use a response_type, by its
// name on the wire with sorted words ("code", "token", "code id_token", …).
func (c Client) AllowsResponse(response string) bool {
	return slices.Contains(c.ResponseTypes, response)
}

// PairGrants adds the grant types that the response types need, and removes
// implicit if none needs it (OIDC Registration §2).
func (c *Client) PairGrants() {
	if slices.ContainsFunc(c.ResponseTypes, granttypes.NeedsCode) {
		c.SetGrant(GrantCode, true)
	}
	if slices.ContainsFunc(c.ResponseTypes, granttypes.NeedsImplicit) {
		c.SetGrant(GrantImplicit, true)
	} else if c.HasGrant(GrantCode) {
		c.SetGrant(GrantImplicit, false)
	}
}

// backstage reports whether the client never uses the authorization endpoint
// and is still no Service: it asks users on another device, or exchanges
// tokens. A client that registered itself states it by its grant types,
// whatever redirect URIs it has; other clients have no redirect URIs.
func (c Client) backstage() bool {
	if c.Type == Service || c.HasGrant(GrantCode) || c.HasGrant(GrantImplicit) {
		return false
	}
	registered := !c.Registration.At.IsZero()
	return (registered || len(c.RedirectURIs) == 0) && slices.ContainsFunc(c.GrantTypes, func(grant string) bool {
		return grant != GrantRefresh && grant != noGrant && (grant != GrantClientCredentials || registered)
	})
}

// Decoupled reports whether users answer the client's requests on another
// device, so that it needs no redirect URI.
func (c Client) Decoupled() bool { return c.HasGrant(GrantDevice) || c.HasGrant(GrantCIBA) }

// tidyGrants sets the default grant types and response types of the client's
// type.
func (c *Client) tidyGrants() {
	c.ResponseTypes = granttypes.ResponsesInOrder(c.ResponseTypes)
	c.GrantTypes = granttypes.InOrder(c.GrantTypes)
	none := c.HasGrant(noGrant)
	c.SetGrant(noGrant, false)
	if c.Type == Service {
		// A service has no users: it only asks for itself, and can do so again
		// at any time (RFC 6749 §4.4.3).
		for _, grant := range []string{GrantCode, GrantImplicit, GrantRefresh} {
			c.SetGrant(grant, false)
		}
		c.SetGrant(GrantClientCredentials, true)
		return
	}
	if !c.HasGrant(GrantCode) && !c.HasGrant(GrantImplicit) && !c.backstage() {
		c.SetGrant(map[bool]string{false: GrantCode, true: noGrant}[none], true)
	}
	switch {
	case len(c.ResponseTypes) > 0:
	case c.HasGrant(GrantCode):
		c.ResponseTypes = []string{"code"}
	case c.HasGrant(GrantImplicit):
		c.ResponseTypes = []string{"token"}
	}
}

// checkGrantTypes checks the grant types.
func checkGrantTypes(c Client, _ bool) forms.Problems {
	var problems forms.Problems
	for _, grant := range c.GrantTypes {
		name := granttypes.Name(grant)
		switch {
		case grant == noGrant:
			problems.Add("grant_types", "client.grant_type.none")
		case name == "":
			problems.Add("grant_types", "client.grant.unknown", "grant", grant)
		case c.Public() && slices.Contains([]string{GrantClientCredentials, GrantExchange, GrantJWT, GrantCIBA}, grant):
			// RFC 6749 §4.4, RFC 8693 §5, RFC 7523 §5, CIBA §7.1: these grants
			// need an authenticated client.
			problems.Add("grant_types", "client.grant.public", "type", c.Type.Words(), "grant", name)
		}
	}
	code, implicit, refresh := c.HasGrant(GrantCode), c.HasGrant(GrantImplicit), c.HasGrant(GrantRefresh)
	switch {
	case c.Type == Service && (code || implicit || refresh):
		problems.Add("grant_types", "client.grant_type.service")
	case c.Type == Service && !c.HasGrant(GrantClientCredentials):
		problems.Add("grant_types", "client.client_credentials.missing")
	case c.Type != Service && !code && !implicit && !c.HasGrant(noGrant) && !c.backstage():
		problems.Add("grant_types", "client.grant_type.bad")
	case implicit && refresh && !code:
		// RFC 6749 §4.2.2
		problems.Add("grant_types", "client.implicit.refresh")
	}
	return append(problems, checkImplicit(c)...)
}

// checkImplicit allows the Implicit grant only where its token leaks least (RFC
// 9700 §2.1.2): to https and, for an administrator's test, to the user's own
// machine, where every answer needs consent (checkTrust, and the authorization
// endpoint). OIDC Registration §2 allows no loopback for others.
func checkImplicit(c Client) forms.Problems {
	if !c.HasGrant(GrantImplicit) {
		return nil
	}
	var problems forms.Problems
	if c.Type != Web && c.Type != SPA {
		problems = forms.New("grant_types", "client.implicit.type", "type", c.Type.Words())
	}
	for _, raw := range c.RedirectURIs {
		if u, err := redirecturi.Parse(raw); err == nil && u.Scheme != "https" && (u.Scheme != "http" || !u.Loopback() || !c.Registration.At.IsZero()) {
			problems.Add("redirect_uris", "client.implicit.plain", "address", raw)
		}
	}
	return problems
}
