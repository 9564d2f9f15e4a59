package main

import (
	"encoding/json"

	"github.com/fedhub/fedhub/clients"
)

// moreOfClient are the flags of "client add" that few apps need. What has no
// flag can be said with --from-json.
type moreOfClient struct {
	ResponseTypes      []string `name:"response-types" sep:"none" placeholder:"TYPES" help:"Response types by their names on the wire, like \"code id_token\", in place of --response-type. May be repeated."`
	Grant              []string `placeholder:"GRANT" help:"Another grant type: device, exchange, jwt, ciba. May be repeated."`
	ExchangeFrom       []string `placeholder:"ID" help:"Client whose tokens it may exchange; * is all. May be repeated."`
	Impersonate        bool     `help:"What it exchanges need not say who asked."`
	Delegate           bool     `help:"What it exchanges names who asked."`
	JWKS               string   `name:"jwks" placeholder:"PATH" help:"File with its public keys, in place of --jwks-uri."`
	HighSecurity       string   `enum:",fapi2,fapi2-message-signing" default:"" placeholder:"PROFILE" help:"Everything that FAPI 2.0 demands: fapi2 or fapi2-message-signing."`
	RequirePushed      bool     `help:"Its authorization requests must be pushed (RFC 9126)."`
	RequireSigned      bool     `help:"Its authorization requests must be signed (RFC 9101)."`
	DPoPBound          bool     `name:"dpop-bound" help:"Its tokens work only with its DPoP key (RFC 9449)."`
	CertificateBound   bool     `help:"Its tokens work only with its client certificate (RFC 8705)."`
	OpaqueTokens       bool     `help:"Its access tokens say nothing; APIs introspect them."`
	Pairwise           bool     `help:"It knows people by subjects of its own (OIDC Core section 8)."`
	SectorURI          string   `name:"sector-identifier-uri" placeholder:"URI" help:"Where the redirect URIs of all apps with the same subjects are listed."`
	Resource           []string `sep:"none" placeholder:"URI" help:"API that it may ask tokens for (RFC 8707). May be repeated."`
	Serves             []string `sep:"none" placeholder:"URI" help:"API that it is, and may introspect tokens for. May be repeated."`
	DetailType         []string `placeholder:"TYPE" help:"authorization_details that it may ask for (RFC 9396). May be repeated."`
	Origin             []string `placeholder:"ORIGIN" help:"Site whose pages may call the hub (CORS). May be repeated."`
	FrontchannelLogout string   `name:"frontchannel-logout-uri" placeholder:"URI" help:"Address that the browser opens when a session has ended."`
	InitiateLogin      string   `name:"initiate-login-uri" placeholder:"URI" help:"Where others may start a sign-in."`
	Logo               string   `name:"logo-uri" placeholder:"URI" help:"Image that people see when they sign in."`
	Policy             string   `name:"policy-uri" placeholder:"URI" help:"Its privacy policy."`
	Terms              string   `name:"tos-uri" placeholder:"URI" help:"Its terms of service."`
}

// client is what the JSON and the flags describe; a flag counts more.
func (a *clientAddCmd) client(c *console) (clients.Client, error) {
	var d clients.Client
	if a.FromJSON != "" {
		metadata, err := readObject(c, "--from-json", a.FromJSON)
		if err != nil {
			return d, err
		}
		text, err := json.Marshal(metadata)
		if err != nil {
			return d, err
		}
		if d, err = clients.FromMetadata(text); err != nil {
			return d, mistake("--from-json: " + err.Error())
		}
	}
	if a.Frappe != "" {
		d = clients.NewFrappeSite(a.Frappe, a.provider())
	}
	if a.Name == "" && d.Name == "" {
		return d, mistake("say what people know the app by: --name")
	}
	a.basics(&d)
	if err := a.more(c, &d); err != nil {
		return d, err
	}
	d.PairGrants()
	return d, nil
}

func (a *clientAddCmd) basics(d *clients.Client) {
	said(&d.ID, a.ID)
	said(&d.Name, a.Name)
	said(&d.Type, clients.Type(a.Type))
	said(&d.AuthMethod, a.AuthMethod)
	said(&d.JWKSURI, a.JWKSURI)
	listed(&d.RedirectURIs, a.RedirectURI)
	said(&d.DefaultRedirectURI, a.DefaultRedirectURI)
	listed(&d.PostLogoutRedirectURIs, a.PostLogoutRedirectURI)
	said(&d.BackchannelLogoutURI, a.BackchannelLogoutURI)
	said(&d.GrantType, spelled(a.GrantType, clients.GrantCode, clients.GrantImplicit))
	said(&d.ResponseType, spelled(a.ResponseType, clients.ResponseCode, clients.ResponseToken))
	listed(&d.Scopes, a.Scope)
	listed(&d.AllowedRoles, a.Role)
	said(&d.IDTokenAlg, a.IDTokenAlg)
	said(&d.ClientCredentials, a.ClientCredentials)
	said(&d.PKCEOptional, a.PKCEOptional)
	said(&d.SkipAuthorization, a.SkipAuthorization)
	switch {
	case a.Refresh != nil:
		d.RefreshTokens = *a.Refresh
	case a.FromJSON == "" && a.Frappe == "":
		d.RefreshTokens = d.Type != clients.Service && d.GrantType != clients.GrantImplicit
	}
}

func (a *clientAddCmd) more(c *console, d *clients.Client) error {
	listed(&d.ResponseTypes, a.ResponseTypes)
	for _, grant := range a.Grant {
		d.Grants = append(d.Grants, grantNamed(grant))
	}
	listed(&d.Exchange.From, a.ExchangeFrom)
	said(&d.Exchange.Impersonate, a.Impersonate)
	said(&d.Exchange.Delegate, a.Delegate)
	said(&d.HighSecurity, clients.SecurityProfile(a.HighSecurity))
	said(&d.Requests.Pushed, a.RequirePushed)
	said(&d.Requests.Signed, a.RequireSigned)
	said(&d.DPoPBound, a.DPoPBound)
	said(&d.CertificateBound, a.CertificateBound)
	said(&d.OpaqueTokens, a.OpaqueTokens)
	if a.Pairwise {
		d.SubjectType = clients.Pairwise
	}
	said(&d.SectorIdentifierURI, a.SectorURI)
	listed(&d.Resources, a.Resource)
	listed(&d.Serves, a.Serves)
	listed(&d.DetailTypes, a.DetailType)
	listed(&d.Origins, a.Origin)
	said(&d.FrontchannelLogoutURI, a.FrontchannelLogout)
	said(&d.Requests.InitiateLoginURI, a.InitiateLogin)
	said(&d.LogoURI, a.Logo)
	said(&d.PolicyURI, a.Policy)
	said(&d.TosURI, a.Terms)
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

// said writes what was typed, and leaves what is there if nothing was.
func said[T comparable](to *T, typed T) {
	if typed != *new(T) {
		*to = typed
	}
}

func listed(to *[]string, typed []string) {
	if len(typed) > 0 {
		*to = typed
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
