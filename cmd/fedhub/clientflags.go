package main

import (
	"encoding/json"
	"reflect"
	"strings"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/frappe"
	"github.com/fedhub/fedhub/clients/registration"
)

// moreOfClient are the flags of "client add" that few apps need. What has no
// flag can be said with --from-json.
type moreOfClient struct {
	ResponseTypes      []string    `property:"response_types" name:"response-types" sep:"none" placeholder:"TYPES" help:"Response types by their names on the wire, like \"code id_token\", in place of --response-type. May be repeated."`
	Grant              []string    `property:"grant_types,own" placeholder:"GRANT" help:"Another grant type: device, exchange, jwt, ciba. May be repeated."`
	ExchangeFrom       []string    `property:"exchange.from" sep:"none" placeholder:"ID" help:"Client whose tokens it may exchange; * is all. May be repeated."`
	Impersonate        bool        `property:"exchange.impersonate" help:"What it exchanges need not say who asked."`
	Delegate           bool        `property:"exchange.delegate" help:"What it exchanges names who asked."`
	JWKS               string      `property:"jwks,own" name:"jwks" placeholder:"PATH" help:"File with its public keys, in place of --jwks-uri."`
	HighSecurity       string      `property:"high_security" enum:",fapi2,fapi2-message-signing" default:"" placeholder:"PROFILE" help:"Everything that FAPI 2.0 demands: fapi2 or fapi2-message-signing."`
	RequirePushed      bool        `property:"requests.pushed" help:"Its authorization requests must be pushed (RFC 9126)."`
	RequireSigned      bool        `property:"requests.signed" help:"Its authorization requests must be signed (RFC 9101)."`
	DPoPBound          bool        `property:"dpop_bound" name:"dpop-bound" help:"Its tokens work only with its DPoP key (RFC 9449)."`
	CertificateBound   bool        `property:"certificate_bound" help:"Its tokens work only with its client certificate (RFC 8705)."`
	OpaqueTokens       bool        `property:"opaque_tokens" help:"Its access tokens say nothing; APIs introspect them."`
	Pairwise           bool        `property:"subject_type,own" help:"It knows people by subjects of its own (OIDC Core section 8)."`
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

// client is what the preset, the JSON and the flags describe; a flag counts more.
func (a *clientAddCmd) client(c *console, preset *chosenPreset) (clients.Client, error) {
	var d clients.Client
	if preset != nil {
		d = preset.NewClient(preset.answers)
	}
	if a.FromJSON != "" {
		metadata, err := readObject(c, "--from-json", a.FromJSON)
		if err != nil {
			return d, err
		}
		text, err := json.Marshal(metadata)
		if err != nil {
			return d, err
		}
		if d, err = registration.FromMetadata(text); err != nil {
			return d, mistake("--from-json: " + inWords(err).Error())
		}
	}
	if a.Frappe != "" {
		d = frappe.NewClient(a.Frappe, a.provider())
	}
	if a.Name == "" && d.Name == "" {
		return d, mistake("say what people know the app by: --name")
	}
	if a.PKCEOptional && a.PKCE != "" && a.PKCE != string(clients.PKCEOptional) {
		return d, mistake("give --pkce or --pkce-optional, not both")
	}
	a.basics(&d)
	if err := a.more(c, &d); err != nil {
		return d, err
	}
	return d, nil
}

// basics writes the flags that say what is kept, and leaves what is there where
// nothing was said.
func (a *clientAddCmd) basics(d *clients.Client) {
	flags := reflect.ValueOf(a).Elem()
	for _, p := range clients.Properties() {
		field, found := flagOf(p, flags.Type())
		if !found {
			continue
		}
		if typed := flags.FieldByIndex(field.Index); !typed.IsZero() {
			kept := reflect.ValueOf(p.Of(d)).Elem()
			kept.Set(typed.Convert(kept.Type()))
		}
	}
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

// more writes the flags that say something in words of their own.
func (a *clientAddCmd) more(c *console, d *clients.Client) error {
	a.grants(d)
	if a.PKCEOptional {
		d.PKCE = clients.PKCEOptional
	}
	if a.Pairwise {
		d.SubjectType = clients.Pairwise
	}
	if a.JWKS == "" {
		return nil
	}
	keys, err := readObject(c, "--jwks", a.JWKS)
	if err != nil {
		return err
	}
	text, err := json.Marshal(keys)
	d.JWKS = string(text)
	return err
}

// grants writes the flags of grant types and response types. --response-types
// takes the place of --response-type, and brings the grant types it needs.
func (a *clientAddCmd) grants(d *clients.Client) {
	if a.GrantType != "" {
		d.ChooseGrant(a.GrantType)
	}
	if a.ResponseType != "" && len(a.ResponseTypes) == 0 {
		d.ResponseTypes = []string{strings.ToLower(a.ResponseType)}
	}
	switch {
	case a.Refresh != nil:
		d.SetGrant(clients.GrantRefresh, *a.Refresh)
	case a.FromJSON == "" && a.Frappe == "":
		d.SetGrant(clients.GrantRefresh, d.Type != clients.Service && !d.HasGrant(clients.GrantImplicit))
	}
	if a.ClientCredentials {
		d.SetGrant(clients.GrantClientCredentials, true)
	}
	for _, grant := range a.Grant {
		d.SetGrant(grantNamed(grant), true)
	}
	if len(a.ResponseTypes) > 0 {
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
