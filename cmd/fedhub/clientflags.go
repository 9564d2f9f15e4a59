package main

import (
	"encoding/json"
	"reflect"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/frappe"
	"github.com/fedhub/fedhub/clients/registration"
)

// moreOfClient are the flags that few apps need. What has no flag can be said
// with --from-json.
type moreOfClient struct {
	ResponseTypes      []string    `property:"response_types" name:"response-types" sep:"none" placeholder:"TYPES" help:"Response types by their names on the wire, like \"code id_token\", in place of --response-type. May be repeated."`
	Grant              []string    `property:"grant_types,own" placeholder:"GRANT" help:"Another grant type: device, exchange, jwt, ciba. May be repeated."`
	NoGrant            []string    `property:"grant_types,own" placeholder:"GRANT" help:"A grant type of these that it has no more. May be repeated."`
	ExchangeFrom       []string    `property:"exchange.from" sep:"none" placeholder:"ID" help:"Client whose tokens it may exchange; * is all. May be repeated."`
	Impersonate        bool        `property:"exchange.impersonate" negatable:"" help:"What it exchanges need not say who asked."`
	Delegate           bool        `property:"exchange.delegate" negatable:"" help:"What it exchanges names who asked."`
	JWKS               string      `property:"jwks,own" name:"jwks" placeholder:"PATH" help:"File with its public keys, in place of --jwks-uri."`
	HighSecurity       string      `property:"high_security" enum:",fapi2,fapi2-message-signing" default:"" placeholder:"PROFILE" help:"Everything that FAPI 2.0 demands: fapi2 or fapi2-message-signing."`
	RequirePushed      bool        `property:"requests.pushed" negatable:"" help:"Its authorization requests must be pushed (RFC 9126)."`
	RequireSigned      bool        `property:"requests.signed" negatable:"" help:"Its authorization requests must be signed (RFC 9101)."`
	DPoPBound          bool        `property:"dpop_bound" negatable:"" name:"dpop-bound" help:"Its tokens work only with its DPoP key (RFC 9449)."`
	CertificateBound   bool        `property:"certificate_bound" negatable:"" help:"Its tokens work only with its client certificate (RFC 8705)."`
	OpaqueTokens       bool        `property:"opaque_tokens" negatable:"" help:"Its access tokens say nothing; APIs introspect them."`
	Pairwise           bool        `property:"subject_type,own" negatable:"" help:"It knows people by subjects of its own (OIDC Core section 8)."`
	SectorURI          string      `property:"sector_identifier_uri" name:"sector-identifier-uri" placeholder:"URI" help:"Where the redirect URIs of all apps with the same subjects are listed."`
	Resource           addressList `property:"resources" sep:"none" placeholder:"URI" help:"API that it may ask tokens for (RFC 8707). May be repeated."`
	Serves             addressList `property:"serves" sep:"none" placeholder:"URI" help:"API that it is, and may introspect tokens for. May be repeated."`
	DetailType         []string    `property:"detail_types" sep:"none" placeholder:"TYPE" help:"authorization_details that it may ask for (RFC 9396). May be repeated."`
	Origin             wordList    `property:"origins" placeholder:"ORIGIN" help:"Site whose pages may call the hub (CORS). May be repeated."`
	FrontchannelLogout string      `property:"frontchannel_logout_uri" name:"frontchannel-logout-uri" placeholder:"URI" help:"Address that the browser opens when a session has ended."`
	InitiateLogin      string      `property:"requests.initiate_login_uri" name:"initiate-login-uri" placeholder:"URI" help:"Where others may start a sign-in."`
	Logo               string      `property:"logo_uri" name:"logo-uri" placeholder:"URI" help:"Image that people see when they sign in."`
	Policy             string      `property:"policy_uri" name:"policy-uri" placeholder:"URI" help:"Its privacy policy."`
	Terms              string      `property:"tos_uri" name:"tos-uri" placeholder:"URI" help:"Its terms of service."`
}

// given are the flags that were typed, by the addresses of their values, so that
// "--role=" is told from no --role.
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

// read takes in what was typed and the files that flags name: standard input can
// be read once.
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
				return mistake("--from-json: client_secret has the wrong type; it is a text")
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

// client is what the preset, the JSON and the flags describe; a flag counts more.
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
		return d, mistake("say what people know the app by: --name")
	}
	if a.PKCEOptional && a.PKCE != "" && a.PKCE != string(clients.PKCEOptional) {
		return d, mistake("give --pkce or --pkce-optional, not both")
	}
	if a.ID != "" {
		d.ID = a.ID
	}
	a.usual = a.FromJSON == "" && a.Frappe == ""
	a.write(&d)
	return d, nil
}

// write writes the flags that were typed, and leaves what is there where nothing
// was said.
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
}

// flagsOf are the addresses of all values, to be asked for in given.
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

// flagOf is the flag whose value a property takes as it is.
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

// grantNamed knows the short names of the long ones.
func grantNamed(name string) string {
	long := map[string]string{"device": clients.GrantDevice, "exchange": clients.GrantExchange, "jwt": clients.GrantJWT, "ciba": clients.GrantCIBA}
	if found, ok := long[name]; ok {
		return found
	}
	return name
}
