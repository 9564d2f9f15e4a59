package registration

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/clients/granttypes"
	clientnames "github.com/fedhub/fedhub/clients/names"
	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/jsonx"
)

// Limits are what a client cannot decide itself, whatever its metadata says.
type Limits struct {
	Scopes    []string // all scopes that it may request
	Usual     []string // the ones it gets if it names none
	Resources []string // APIs it may request tokens for
	// Open reports whether it may also have a scope that is not among Scopes:
	// one of an API that is open to it. May be nil.
	Open func(scope string) bool
}

// settle fills in defaults by RFC 7591 §2 and OpenID Connect Registration §2,
// and replaces values that this hub does not allow (RFC 7591 §3.2.1; the
// response shows them).
func (d *declaration) settle(l Limits) error {
	d.settleType()
	err := d.settleGrants()
	if err != nil {
		return err
	}
	if d.Scopes, err = limited(d.scope, l); err != nil {
		return err
	}
	d.Resources = slices.Clone(l.Resources)
	d.JWKS = d.keySet()
	d.DefaultRedirectURI = ""
	if len(d.RedirectURIs) > 0 {
		d.DefaultRedirectURI = d.RedirectURIs[0]
	}
	// Libraries that only support OpenID Connect send no code_challenge. A
	// confidential client's code is useless without its credentials, and its
	// nonce ties the ID token to the browser (RFC 9700 §2.1.1). A challenge is
	// always enforced.
	d.PKCEOptional = !d.Public() && slices.Contains(d.Scopes, "openid")
	if d.Name = strings.TrimSpace(d.Name); !clientnames.OK(d.Name) {
		d.Name = d.nameless()
	}
	return nil
}

// settleType determines where the client runs. OpenID Connect calls every
// client web unless it says native; one without a secret is then code in a
// browser. A client with only private schemes and loopback addresses must be an
// installed app, and those apps seldom say native.
func (d *declaration) settleType() {
	local := len(d.RedirectURIs) > 0 && !slices.ContainsFunc(d.RedirectURIs, func(raw string) bool { return !redirecturi.Local(raw) })
	native := d.applicationType == "native" || d.applicationType == "" && d.AuthMethod == clientauth.MethodNone && local
	switch {
	case native:
		d.Type = clients.Native
	case d.AuthMethod == clientauth.MethodNone:
		d.Type = clients.SPA
	default:
		d.Type = clients.Web
	}
	if d.AuthMethod == "" {
		// RFC 7591 §2 and OIDC Registration §2. An installed app that requests
		// no secret gets none (RFC 8252 §8.4).
		d.AuthMethod = clients.DefaultMethod(d.Type)
	}
}

// settleGrants derives grant_types and response_types from each other, and
// checks that they match (RFC 7591 §2.1).
func (d *declaration) settleGrants() error {
	d.ResponseTypes = granttypes.ResponsesInOrder(d.ResponseTypes)
	if len(d.GrantTypes) == 0 {
		d.GrantTypes = d.grantsForResponses()
	}
	d.GrantTypes = granttypes.InOrder(d.GrantTypes)
	if len(d.ResponseTypes) == 0 && d.HasGrant(clients.GrantCode) {
		d.ResponseTypes = []string{"code"}
	}
	for _, response := range d.ResponseTypes {
		if granttypes.NeedsCode(response) && !d.HasGrant(clients.GrantCode) {
			return forms.New("response_types", "registration.response_types.grant", "response", response, "grant", clients.GrantCode)
		}
		if granttypes.NeedsImplicit(response) && !d.HasGrant(clients.GrantImplicit) {
			return forms.New("response_types", "registration.response_types.grant", "response", response, "grant", clients.GrantImplicit)
		}
	}
	if d.HasGrant(clients.GrantImplicit) && len(d.ResponseTypes) == 0 {
		return forms.New("response_types", "registration.response_types.missing")
	}
	onItsOwn := d.HasGrant(clients.GrantClientCredentials) && !d.HasGrant(clients.GrantCode) && !d.HasGrant(clients.GrantImplicit)
	if onItsOwn && len(d.RedirectURIs) == 0 && !d.Decoupled() {
		d.Type = clients.Service
	}
	return nil
}

// grantsForResponses is the default of grant_types: authorization_code, or what
// the given response types need.
func (d *declaration) grantsForResponses() []string {
	var grants []string
	for _, response := range d.ResponseTypes {
		if granttypes.NeedsCode(response) {
			grants = append(grants, clients.GrantCode)
		}
		if response != "code" {
			grants = append(grants, clients.GrantImplicit)
		}
	}
	if len(grants) == 0 {
		grants = []string{clients.GrantCode}
	}
	return grants
}

// limited returns the requested scopes that the client may have, and the
// default ones if it requests none. The response shows them (RFC 7591 §2). A
// request with only unknown scopes gets none: never more than requested.
func limited(scope string, l Limits) ([]string, error) {
	asked := strings.Fields(scope)
	if len(asked) == 0 {
		return slices.Clone(l.Usual), nil
	}
	allowed := slices.DeleteFunc(slices.Clone(l.Scopes), func(s string) bool { return !slices.Contains(asked, s) })
	for _, scope := range asked {
		if l.Open != nil && !slices.Contains(allowed, scope) && l.Open(scope) {
			allowed = append(allowed, scope)
		}
	}
	if len(allowed) == 0 {
		return nil, forms.New("scope", "registration.scope.unknown", "scopes", l.Scopes)
	}
	return allowed, nil
}

// keySet returns the jwks member as text, or nothing.
func (d *declaration) keySet() string {
	var text bytes.Buffer
	if len(d.jwks) == 0 || json.Compact(&text, d.jwks) != nil {
		return ""
	}
	return text.String()
}

// nameless is shown to users for a client without a usable name.
func (d *declaration) nameless() string {
	if host := d.Host(); clientnames.OK(host) {
		return host
	}
	return "An app without a name"
}

// MetadataOf returns what a client may read of its own registration, by the
// names of RFC 7591 §2, without secrets.
func MetadataOf(c clients.Client) map[string]any {
	d := declaration{Client: c.Clone(), scope: strings.Join(c.Scopes, " ")}
	d.applicationType = "web"
	if c.Type == clients.Native {
		d.applicationType = "native"
	}
	if c.JWKS != "" {
		d.jwks = jsonx.Value(c.JWKS)
	}
	if d.IDTokenAlg == "" && slices.Contains(c.Scopes, "openid") {
		d.IDTokenAlg = "RS256" // OIDC Registration §2
	}
	out := d.write()
	// These are arrays even if they are empty, so that a client can read what
	// it may do.
	for _, name := range []string{"grant_types", "response_types"} {
		if _, found := out[name]; !found {
			out[name] = []string{}
		}
	}
	return out
}
