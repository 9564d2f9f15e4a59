package clients

import (
	"cmp"
	"slices"
	"strings"

	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/clients/scopes"
	"github.com/fedhub/fedhub/internal/forms"
)

// The grant types that there are, by their names on the wire (RFC 7591 §2).
const (
	GrantCode              = "authorization_code"
	GrantImplicit          = "implicit"
	GrantRefresh           = "refresh_token"
	GrantClientCredentials = "client_credentials"
	GrantDevice            = "urn:ietf:params:oauth:grant-type:device_code"    // RFC 8628
	GrantExchange          = "urn:ietf:params:oauth:grant-type:token-exchange" // RFC 8693
	GrantJWT               = "urn:ietf:params:oauth:grant-type:jwt-bearer"     // RFC 7523 §2.1
	GrantCIBA              = "urn:openid:params:grant-type:ciba"               // OpenID Connect CIBA
	noGrant                = "none"                                            // neither of the first two, said until the client is saved
)

// grantNames are the grant types in the order in which they are kept, with what
// administrators call them.
var grantNames = []struct{ grant, name string }{
	{GrantCode, "Authorization Code"},
	{GrantImplicit, "Implicit"},
	{GrantRefresh, "Refresh Token"},
	{GrantClientCredentials, "Client Credentials"},
	{GrantDevice, "Device"},
	{GrantExchange, "Token Exchange"},
	{GrantJWT, "JWT Bearer"},
	{GrantCIBA, "CIBA"},
	{noGrant, "None"},
}

// grantName is what administrators call a grant type; empty if there is none
// of that name on the wire.
func grantName(grant string) string {
	for _, g := range grantNames {
		if g.grant == grant {
			return g.name
		}
	}
	return ""
}

// GrantNamed is the grant type that administrators call so, in any case and
// with any dash for a blank; what has no such name stands for itself, as the
// names on the wire do.
func GrantNamed(name string) string {
	plain := strings.NewReplacer("_", " ", "-", " ").Replace(strings.TrimSpace(name))
	for _, g := range grantNames {
		if strings.EqualFold(g.name, plain) {
			return g.grant
		}
	}
	return name
}

// HasGrant reports whether the client is registered for a grant type.
func (c Client) HasGrant(grant string) bool { return slices.Contains(c.GrantTypes, grant) }

// SetGrant registers the client for a grant type, or takes that away.
func (c *Client) SetGrant(grant string, on bool) {
	grants := slices.DeleteFunc(slices.Clone(c.GrantTypes), func(g string) bool { return g == grant })
	if on {
		grants = append(grants, grant)
	}
	c.GrantTypes = GrantsInOrder(grants)
}

// ChooseGrant registers the client for one of Authorization Code and Implicit,
// by the name that administrators call it, and takes the other away; empty or
// None takes both away. One that there is not is refused when the client is
// saved, and so is None for whom people come back from a browser.
func (c *Client) ChooseGrant(name string) {
	c.SetGrant(GrantCode, false)
	c.SetGrant(GrantImplicit, false)
	c.SetGrant(GrantNamed(cmp.Or(name, noGrant)), true)
}

// GrantsInOrder are grant types, each once, in the order in which they are kept; what
// there is not comes last.
func GrantsInOrder(grants []string) []string {
	var ordered []string
	for _, g := range grantNames {
		if slices.Contains(grants, g.grant) {
			ordered = append(ordered, g.grant)
		}
	}
	for _, grant := range grants {
		if !slices.Contains(ordered, grant) {
			ordered = append(ordered, grant)
		}
	}
	return ordered
}

// ResponsesInOrder gives every response type the one spelling under which it is
// kept: the order of the words has no meaning (RFC 6749 §3.1.1).
func ResponsesInOrder(types []string) []string {
	var sorted []string
	for _, t := range types {
		words := strings.Fields(t)
		slices.Sort(words)
		sorted = append(sorted, strings.Join(words, " "))
	}
	return tidyList(sorted)
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
	if slices.ContainsFunc(c.ResponseTypes, NeedsCode) {
		c.SetGrant(GrantCode, true)
	}
	if slices.ContainsFunc(c.ResponseTypes, NeedsImplicit) {
		c.SetGrant(GrantImplicit, true)
	} else if c.HasGrant(GrantCode) {
		c.SetGrant(GrantImplicit, false)
	}
}

func NeedsCode(response string) bool { return slices.Contains(strings.Fields(response), "code") }

func NeedsImplicit(response string) bool {
	words := strings.Fields(response)
	return slices.Contains(words, "token") || slices.Contains(words, "id_token")
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
	c.ResponseTypes = ResponsesInOrder(c.ResponseTypes)
	c.GrantTypes = GrantsInOrder(c.GrantTypes)
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
		name := grantName(grant)
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
