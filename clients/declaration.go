package clients

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/jsonx"
)

// The grant types and response types that follow from fields of their own.
const (
	grantCode              = "authorization_code"
	grantImplicit          = "implicit"
	grantRefresh           = "refresh_token"
	grantClientCredentials = "client_credentials"
)

// Limits are what a client may not decide for itself, however it declares
// itself.
type Limits struct {
	Scopes    []string // all it may ask for
	Usual     []string // what it gets of these if it names none
	Resources []string // APIs it may ask tokens for
}

// settle fills in what follows from the members: the defaults of RFC 7591 §2
// and OpenID Connect Registration §2, and what this hub replaces (RFC 7591
// §3.2.1 lets it, and has it say so in its answer).
func (d *declaration) settle(l Limits) error {
	d.settleType()
	if err := d.settleGrants(); err != nil {
		return err
	}
	d.Scopes = limited(d.scope, l)
	d.Resources = slices.Clone(l.Resources)
	d.JWKS = d.keySet()
	d.DefaultRedirectURI = ""
	if len(d.RedirectURIs) > 0 {
		d.DefaultRedirectURI = d.RedirectURIs[0]
	}
	// Libraries that know OpenID Connect alone send no code_challenge. A
	// confidential client's code is of no use without its credentials, and its
	// nonce ties the ID token to the browser (RFC 9700 §2.1.1). Whoever sends a
	// challenge is held to it.
	d.PKCEOptional = !d.Public() && slices.Contains(d.Scopes, "openid")
	if d.Name = strings.TrimSpace(d.Name); d.Name == "" || !printable(d.Name) || utf8.RuneCountInString(d.Name) > maxName {
		d.Name = d.nameless()
	}
	return nil
}

// settleType finds where the client runs. OpenID Connect calls every client
// web unless it says native; one that keeps no secret is then code in a
// browser. Only an app on the person's machine can be at nothing but private
// schemes and loopback addresses, and those apps seldom say native.
func (d *declaration) settleType() {
	local := len(d.RedirectURIs) > 0 && !slices.ContainsFunc(d.RedirectURIs, func(raw string) bool { return !localAddress(raw) })
	native := d.applicationType == "native" || d.applicationType == "" && d.AuthMethod == MethodNone && local
	switch {
	case native:
		d.Type = Native
	case d.AuthMethod == MethodNone:
		d.Type = SPA
	default:
		d.Type = Web
	}
	if d.AuthMethod == "" {
		// RFC 7591 §2 and OIDC Registration §2; an installed app that asks for
		// no secret of its own gets none (RFC 8252 §8.4).
		d.AuthMethod = defaultMethod(d.Type)
	}
}

// localAddress reports whether only a program on the person's own machine can
// receive what is sent to an address.
func localAddress(raw string) bool {
	u, err := redirecturi.Parse(raw)
	return err == nil && (!u.Web() || u.Scheme == "http" && u.Loopback())
}

// settleGrants holds grant_types and response_types against each other
// (RFC 7591 §2.1).
func (d *declaration) settleGrants() error {
	d.responseTypes = sortedWords(d.responseTypes)
	if len(d.grantTypes) == 0 {
		d.grantTypes = d.grantsForResponses()
	}
	code, implicit := slices.Contains(d.grantTypes, grantCode), slices.Contains(d.grantTypes, grantImplicit)
	if len(d.responseTypes) == 0 && code {
		d.responseTypes = []string{"code"}
	}
	for _, response := range d.responseTypes {
		words := strings.Fields(response)
		if slices.Contains(words, "code") && !code {
			return forms.New("response_types", "registration.response_types.grant", "response", response, "grant", grantCode)
		}
		if (slices.Contains(words, "token") || slices.Contains(words, "id_token")) && !implicit {
			return forms.New("response_types", "registration.response_types.grant", "response", response, "grant", grantImplicit)
		}
	}
	if implicit && len(d.responseTypes) == 0 {
		return forms.New("response_types", "registration.response_types.missing")
	}
	d.takeGrants(code, implicit)
	return nil
}

// takeGrants writes the grant types where the rest of the hub looks for them.
func (d *declaration) takeGrants(code, implicit bool) {
	d.GrantType, d.ResponseType, d.ResponseTypes, d.Grants = "", "", nil, nil
	switch {
	case code:
		d.GrantType, d.ResponseType = GrantCode, ResponseCode
	case implicit:
		d.GrantType, d.ResponseType = GrantImplicit, ResponseToken
	}
	d.RefreshTokens = slices.Contains(d.grantTypes, grantRefresh)
	d.ClientCredentials = slices.Contains(d.grantTypes, grantClientCredentials)
	for _, grant := range d.grantTypes {
		known := grant == grantCode || grant == grantRefresh || grant == grantClientCredentials || grant == grantImplicit && !code
		if !known && !slices.Contains(d.Grants, grant) {
			d.Grants = append(d.Grants, grant)
		}
	}
	if d.GrantType != "" && !slices.Equal(d.responseTypes, []string{strings.ToLower(d.ResponseType)}) {
		d.ResponseTypes = d.responseTypes
	}
	if d.GrantType == "" && d.ClientCredentials && len(d.RedirectURIs) == 0 && !d.decoupled() {
		d.Type = Service
	}
}

// grantsForResponses is the default of grant_types: authorization_code, or
// what the response types need where only they were given.
func (d *declaration) grantsForResponses() []string {
	var grants []string
	for _, response := range d.responseTypes {
		words := strings.Fields(response)
		if slices.Contains(words, "code") && !slices.Contains(grants, grantCode) {
			grants = append(grants, grantCode)
		}
		if !slices.Equal(words, []string{"code"}) && !slices.Contains(grants, grantImplicit) {
			grants = append(grants, grantImplicit)
		}
	}
	if len(grants) == 0 {
		grants = []string{grantCode}
	}
	return grants
}

// sortedWords gives every response type the one spelling under which it is
// kept: the order of the words has no meaning (RFC 6749 §3.1.1).
func sortedWords(types []string) []string {
	var sorted []string
	for _, t := range types {
		words := strings.Fields(t)
		slices.Sort(words)
		sorted = append(sorted, strings.Join(words, " "))
	}
	return tidyList(sorted)
}

// limited is the part of the declared scopes that the client may have, and the
// usual ones where there is none. The answer shows it (RFC 7591 §2).
func limited(scope string, l Limits) []string {
	asked := strings.Fields(scope)
	allowed := slices.DeleteFunc(slices.Clone(l.Scopes), func(s string) bool { return !slices.Contains(asked, s) })
	if len(allowed) == 0 {
		return slices.Clone(l.Usual)
	}
	return allowed
}

// keySet returns the jwks member as text, or nothing.
func (d *declaration) keySet() string {
	var text bytes.Buffer
	if len(d.jwks) == 0 || json.Compact(&text, d.jwks) != nil {
		return ""
	}
	return text.String()
}

// nameless is what people see of a client that has no name that can be shown.
func (d *declaration) nameless() string {
	if host := d.Host(); host != "" && utf8.RuneCountInString(host) <= maxName {
		return host
	}
	return "An app without a name"
}

// MetadataOf returns what a client may know of its own registration, by the
// names of RFC 7591 §2: what it declared, as it is kept. No secret is in it.
func MetadataOf(c Client) map[string]any {
	d := declaration{Client: c.clone(), scope: strings.Join(c.Scopes, " ")}
	d.applicationType = "web"
	if c.Type == Native {
		d.applicationType = "native"
	}
	if c.JWKS != "" {
		d.jwks = jsonx.Value(c.JWKS)
	}
	for _, grant := range []string{grantCode, grantImplicit, grantRefresh, grantClientCredentials} {
		if c.AllowsGrant(grant) {
			d.grantTypes = append(d.grantTypes, grant)
		}
	}
	for _, grant := range c.Grants {
		if !slices.Contains(d.grantTypes, grant) {
			d.grantTypes = append(d.grantTypes, grant)
		}
	}
	d.responseTypes = c.ResponseTypes
	if len(d.responseTypes) == 0 && c.ResponseType != "" {
		d.responseTypes = []string{strings.ToLower(c.ResponseType)}
	}
	if d.IDTokenAlg == "" && slices.Contains(c.Scopes, "openid") {
		d.IDTokenAlg = "RS256" // OIDC Registration §2
	}
	out := d.write()
	// These are arrays even where nothing is in them: a client reads them to
	// learn what it may do.
	for _, name := range []string{"grant_types", "response_types"} {
		if _, found := out[name]; !found {
			out[name] = []string{}
		}
	}
	return out
}
