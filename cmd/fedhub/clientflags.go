package main

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/claimmap"
	"github.com/fedhub/fedhub/clients/frappe"
	"github.com/fedhub/fedhub/clients/registration"
)

// moreOfClient are the flags that few applications need. Properties without a
// flag are set by --from-json.
type moreOfClient struct {
	ResponseTypes      []string    `property:"response_types" name:"response-types" sep:"none" placeholder:"TYPES" help:"Response types as in OAuth 2.0 requests, like \"code id_token\"; used instead of --response-type. May be repeated."`
	Grant              []string    `property:"grant_types,own" placeholder:"GRANT" help:"Additional grant type: device, exchange, jwt or ciba. May be repeated."`
	NoGrant            []string    `property:"grant_types,own" placeholder:"GRANT" help:"Grant type to remove. May be repeated."`
	ExchangeFrom       []string    `property:"exchange.from" sep:"none" placeholder:"ID" help:"Client ID of an application; this one may exchange its tokens. * allows all. May be repeated."`
	Impersonate        bool        `property:"exchange.impersonate" negatable:"" help:"Allow impersonation in token exchange (RFC 8693): it sends no actor token, and the new token names no actor."`
	Delegate           bool        `property:"exchange.delegate" negatable:"" help:"Allow delegation in token exchange (RFC 8693): it sends an actor token, and the new token names the actor in the claim act."`
	Claim              []string    `property:"claims,own" sep:"none" placeholder:"CLAIM=SOURCE:VALUE" help:"Custom claim, like department=field:department,scope=profile,in=id_token+userinfo. Sources: field, group, groups, constant. Replaces all custom claims; --claim= removes them. May be repeated."`
	JWKS               string      `property:"jwks,own" name:"jwks" placeholder:"PATH" help:"File with its public keys (JWK Set), instead of --jwks-uri."`
	HighSecurity       string      `property:"high_security" enum:",fapi2,fapi2-message-signing" default:"" placeholder:"PROFILE" help:"Security profile FAPI 2.0: fapi2 or fapi2-message-signing. It turns on all requirements of the profile."`
	RequirePushed      bool        `property:"requests.pushed" negatable:"" help:"Require pushed authorization requests (RFC 9126)."`
	RequireSigned      bool        `property:"requests.signed" negatable:"" help:"Require signed authorization requests (RFC 9101)."`
	DPoPBound          bool        `property:"dpop_bound" negatable:"" name:"dpop-bound" help:"Bind its tokens to its DPoP key (RFC 9449)."`
	CertificateBound   bool        `property:"certificate_bound" negatable:"" help:"Bind its tokens to its client certificate (RFC 8705)."`
	OpaqueTokens       bool        `property:"opaque_tokens" negatable:"" help:"Issue opaque access tokens, which contain no data; APIs introspect them (RFC 7662)."`
	Pairwise           bool        `property:"subject_type,own" negatable:"" help:"Use pairwise subject identifiers (OpenID Connect Core section 8)."`
	SectorURI          string      `property:"sector_identifier_uri" name:"sector-identifier-uri" placeholder:"URI" help:"URL of a list with the redirect URIs of all applications that share the same pairwise subjects."`
	Resource           addressList `property:"resources" sep:"none" placeholder:"URI" help:"Audience (URI of an API) for which it may request tokens (RFC 8707). May be repeated."`
	Serves             addressList `property:"serves" sep:"none" placeholder:"URI" help:"Audience (URI of an API) that it serves. It may introspect tokens with this audience. May be repeated."`
	DetailType         []string    `property:"detail_types" sep:"none" placeholder:"TYPE" help:"Type of authorization_details that it may request (RFC 9396). May be repeated."`
	Origin             wordList    `property:"origins" placeholder:"ORIGIN" help:"Web origin that may call the hub from a browser (CORS). May be repeated."`
	FrontchannelLogout string      `property:"frontchannel_logout_uri" name:"frontchannel-logout-uri" placeholder:"URI" help:"URI that the browser loads when a session ends (OpenID Connect Front-Channel Logout)."`
	InitiateLogin      string      `property:"requests.initiate_login_uri" name:"initiate-login-uri" placeholder:"URI" help:"URI at which others may start a sign-in (OpenID Connect Core section 4)."`
	Logo               string      `property:"logo_uri" name:"logo-uri" placeholder:"URI" help:"URI of the logo that users see when they sign in."`
	Policy             string      `property:"policy_uri" name:"policy-uri" placeholder:"URI" help:"URI of its privacy policy."`
	Terms              string      `property:"tos_uri" name:"tos-uri" placeholder:"URI" help:"URI of its terms of service."`
}

// given are the flags that were typed, by the addresses of their values. It tells
// "--role=" from no --role.
type given map[any]bool

func givenIn(k *kong.Context) given {
	typed := given{}
	for _, step := range k.Path {
		if step.Flag != nil && step.Flag.Target.CanAddr() {
			typed[step.Flag.Target.Addr().Interface()] = true
		}
	}
	return typed
}

// read notes the typed flags and reads the files that they name, once: standard
// input cannot be read again.
func (f *clientFlags) read(k *kong.Context, c *console) (err error) {
	f.given = givenIn(k)
	if f.FromJSON != "" {
		members, err := readObject(c, "--from-json", f.FromJSON)
		if err != nil {
			return err
		}
		if secret, there := members["client_secret"]; there {
			text, ok := secret.(string)
			if !ok || text == "" {
				return mistake("--from-json: client_secret must be a string")
			}
			f.secret = text
			delete(members, "client_secret")
		}
		if f.members, err = json.Marshal(members); err != nil {
			return err
		}
	}
	if f.JWKS != "" {
		keys, err := readObject(c, "--jwks", f.JWKS)
		if err != nil {
			return err
		}
		f.keys, err = json.Marshal(keys)
		return err
	}
	return nil
}

// client is the application that the preset, the JSON and the flags describe. A
// flag overrides the others.
func (a *clientAddCmd) client(preset *chosenPreset) (clients.Client, error) {
	var d clients.Client
	if preset != nil {
		d = preset.NewClient(preset.answers)
	}
	if a.FromJSON != "" {
		var err error
		if d, err = registration.FromMetadata(a.members); err != nil {
			return d, mistake("--from-json: " + inWords(err).Error())
		}
	}
	if a.Frappe != "" {
		d = frappe.NewClient(a.Frappe, a.provider())
	}
	if a.clientFlags.Name == "" && d.Name == "" {
		return d, mistake("the application needs a name; add --name")
	}
	if a.PKCEOptional && a.PKCE != "" && a.PKCE != string(clients.PKCEOptional) {
		return d, mistake("use --pkce or --pkce-optional, not both")
	}
	if a.ID != "" {
		d.ID = a.ID
	}
	a.usual = a.FromJSON == "" && a.Frappe == ""
	a.write(&d)
	return d, nil
}

// write applies the flags that were typed and leaves the rest as it is.
func (f *clientFlags) write(d *clients.Client) {
	flags := reflect.ValueOf(f).Elem()
	for _, p := range clients.Properties() {
		field, found := flagOf(p, flags.Type())
		if !found {
			continue
		}
		typed := flags.FieldByIndex(field.Index)
		if f.given[typed.Addr().Interface()] {
			kept := reflect.ValueOf(p.Of(d)).Elem()
			kept.Set(typed.Convert(kept.Type()))
		}
	}
	f.grants(d)
	switch {
	case f.PKCEOptional:
		d.PKCE = clients.PKCEOptional
	case f.given[&f.PKCEOptional] && f.PKCE == "":
		d.PKCE = clients.PKCEAlways
	}
	if f.given[&f.Pairwise] {
		d.SubjectType = ""
		if f.Pairwise {
			d.SubjectType = clients.Pairwise
		}
	}
	if f.given[&f.JWKS] {
		d.JWKS = string(f.keys)
	}
	if f.given[&f.Claim] {
		d.Claims = f.claims()
	}
}

// claims are the custom claims of the flags. What cannot be read is refused when
// the claims are checked.
func (f *clientFlags) claims() []claimmap.Mapping {
	var all []claimmap.Mapping
	for _, line := range f.Claim {
		if line == "" {
			continue
		}
		m, err := claimmap.Parse(line)
		if err != nil {
			m = claimmap.Mapping{Claim: line}
		}
		all = append(all, m)
	}
	return all
}

// checkClaims refuses custom claims that cannot be read, or that name what the hub
// does not have.
func (f *clientFlags) checkClaims(ctx context.Context, o *opened, c clients.Client) error {
	for _, line := range f.Claim {
		if _, err := claimmap.Parse(line); err != nil && line != "" {
			return err
		}
	}
	return o.CheckClaims(ctx, c.Claims, c.Scopes)
}

// flagsOf are the addresses of all values, the keys of given.
func flagsOf(f *clientFlags) []any {
	flags := reflect.ValueOf(f).Elem()
	var all []any
	for _, field := range reflect.VisibleFields(flags.Type()) {
		if field.IsExported() && !field.Anonymous {
			all = append(all, flags.FieldByIndex(field.Index).Addr().Interface())
		}
	}
	return all
}

// flagOf is the flag that holds a property's value unchanged.
func flagOf(p clients.Property, flags reflect.Type) (reflect.StructField, bool) {
	for _, field := range reflect.VisibleFields(flags) {
		if field.Tag.Get("property") == p.Stored {
			return field, true
		}
	}
	return reflect.StructField{}, false
}

// grants writes the flags of grant types and response types. --response-types
// takes the place of --response-type, and brings the grant types it needs.
func (f *clientFlags) grants(d *clients.Client) {
	if f.GrantType != "" {
		d.ChooseGrant(f.GrantType)
	}
	if f.ResponseType != "" && len(f.ResponseTypes) == 0 {
		d.ResponseTypes = []string{strings.ToLower(f.ResponseType)}
	}
	switch {
	case f.Refresh != nil:
		d.SetGrant(clients.GrantRefresh, *f.Refresh)
	case f.usual:
		d.SetGrant(clients.GrantRefresh, d.Type != clients.Service && !d.HasGrant(clients.GrantImplicit))
	}
	if f.given[&f.ClientCredentials] {
		d.SetGrant(clients.GrantClientCredentials, f.ClientCredentials)
	}
	for _, grant := range f.Grant {
		d.SetGrant(grantNamed(grant), true)
	}
	for _, grant := range f.NoGrant {
		d.SetGrant(grantNamed(grant), false)
	}
	if len(f.ResponseTypes) > 0 {
		d.PairGrants()
	}
}

// grantNamed turns a short name of a grant type into the full one.
func grantNamed(name string) string {
	long := map[string]string{"device": clients.GrantDevice, "exchange": clients.GrantExchange, "jwt": clients.GrantJWT, "ciba": clients.GrantCIBA}
	if found, ok := long[name]; ok {
		return found
	}
	return name
}
