package clients

import (
	"cmp"
	"slices"

	"github.com/fedhub/fedhub/clients/granttypes"
	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/clients/scopes"
	"github.com/fedhub/fedhub/internal/forms"
)

// The grant types that there are.
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

// SetGrant registers the client for a grant type, or takes that away.
func (c *Client) SetGrant(grant string, on bool) {
	grants := slices.DeleteFunc(slices.Clone(c.GrantTypes), func(g string) bool { return g == grant })
	if on {
		grants = append(grants, grant)
	}
	c.GrantTypes = granttypes.InOrder(grants)
}

// ChooseGrant registers the client for one of Authorization Code and Implicit,
// by the name that administrators call it, and takes the other away; empty or
// None takes both away. One that there is not is refused when the client is
// saved, and so is None for whom people come back from a browser.
func (c *Client) ChooseGrant(name string) {
	c.SetGrant(GrantCode, false)
	c.SetGrant(GrantImplicit, false)
	c.SetGrant(granttypes.Named(cmp.Or(name, noGrant)), true)
}

// AllowsGrant reports whether the client may use a grant type.
func (c Client) AllowsGrant(grant string) bool {
	return c.HasGrant(grant) && (grant != GrantClientCredentials || !c.Public())
}

// HasScope reports whether the client may have a scope.
func (c Client) HasScope(scope string) bool {
	return slices.Contains(c.Scopes, scope) || scope == scopes.Offline && c.AllowsGrant(GrantRefresh)
}

// AllowsResponse reports whether the client may use a response_type, by its
// name on the wire with the words sorted ("code", "token", "code id_token", …).
func (c Client) AllowsResponse(response string) bool {
	return slices.Contains(c.ResponseTypes, response)
}

// PairGrants adds the grant types that the response types need, and removes
// implicit where none does (OIDC Registration §2): whoever chose a response
// type has said so already.
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

// backstage reports whether the client never uses the authorization endpoint,
// and yet is no Service: it asks people on another device, or exchanges what
// it was given. One that registered itself said so, whatever redirect URIs it
// has; of others it shows in that they have none.
func (c Client) backstage() bool {
	if c.Type == Service || c.HasGrant(GrantCode) || c.HasGrant(GrantImplicit) {
		return false
	}
	registered := !c.Registration.At.IsZero()
	return (registered || len(c.RedirectURIs) == 0) && slices.ContainsFunc(c.GrantTypes, func(grant string) bool {
		return grant != GrantRefresh && grant != noGrant && (grant != GrantClientCredentials || registered)
	})
}

// Decoupled says that people decide about the client on another device, so it
// needs no address that they return to.
func (c Client) Decoupled() bool { return c.HasGrant(GrantDevice) || c.HasGrant(GrantCIBA) }

// tidyGrants gives the client the grant types and response types that follow
// from its type, where nothing else was said.
func (c *Client) tidyGrants() {
	c.ResponseTypes = granttypes.ResponsesInOrder(c.ResponseTypes)
	c.GrantTypes = granttypes.InOrder(c.GrantTypes)
	none := c.HasGrant(noGrant)
	c.SetGrant(noGrant, false)
	if c.Type == Service {
		// A service has nobody to send anywhere: it only asks for itself, and
		// can do so again at any time (RFC 6749 §4.4.3).
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

// checkGrantTypes holds the grant types against their rules.
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
			// RFC 6749 §4.4, RFC 8693 §5, RFC 7523 §5, CIBA §7.1: whoever gets
			// tokens this way must have proved who they are.
			problems.Add("grant_types", "client.grant.public", "type", c.Type, "grant", name)
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

// checkImplicit keeps the Implicit grant to where its token leaks least (RFC
// 9700 §2.1.2): to https and, where an administrator tries it, the person's own
// machine. There every answer is asked for (checkTrust, and the consent of the
// authorization endpoint). OIDC Registration §2 has no loopback for the others.
func checkImplicit(c Client) forms.Problems {
	if !c.HasGrant(GrantImplicit) {
		return nil
	}
	var problems forms.Problems
	if c.Type != Web && c.Type != SPA {
		problems = forms.New("grant_types", "client.implicit.type", "type", c.Type)
	}
	for _, raw := range c.RedirectURIs {
		if u, err := redirecturi.Parse(raw); err == nil && u.Scheme != "https" && (u.Scheme != "http" || !u.Loopback() || !c.Registration.At.IsZero()) {
			problems.Add("redirect_uris", "client.implicit.plain", "address", raw)
		}
	}
	return problems
}
