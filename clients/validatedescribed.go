package clients

import (
	"slices"

	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/internal/forms"
)

// checkDescribed: no administrator approved this client, so it may only have
// what is safe for any client, and users see its host. For more, an
// administrator registers it.
func checkDescribed(c Client, _ bool) forms.Problems {
	if c.Document == nil {
		return nil
	}
	var problems forms.Problems
	if c.AuthMethod != clientauth.MethodNone && c.AuthMethod != clientauth.MethodKey {
		// §4.1: there is no secret to share.
		problems.Add("auth_method", "client.document.auth_method", "method", clientauth.MethodKey, "public", clientauth.MethodNone)
	}
	if c.SkipAuthorization {
		problems.Add("skip_authorization", "client.document.skip_authorization")
	}
	if slices.ContainsFunc(c.GrantTypes, func(grant string) bool {
		return !slices.Contains([]string{GrantCode, GrantRefresh, GrantDevice}, grant)
	}) {
		problems.Add("grant_types", "client.document.grants")
	}
	return append(problems, checkPlaces(c)...)
}

// checkPlaces: answers go to the host of the document, which users see, or stay
// on the user's own machine (RFC 8252 §7). Addresses that the hub itself calls
// must be on that host too, so that a document cannot make the hub call other
// hosts.
func checkPlaces(c Client) forms.Problems {
	base, err := redirecturi.Parse(c.ID)
	if err != nil {
		return forms.New("id", "client.id.document")
	}
	var problems forms.Problems
	for _, list := range []struct {
		field     string
		addresses []string
		local     bool
	}{
		{"redirect_uris", c.RedirectURIs, true},
		{"post_logout_redirect_uris", c.PostLogoutRedirectURIs, true},
		{"jwks_uri", []string{c.JWKSURI}, false},
		{"backchannel_logout_uri", []string{c.BackchannelLogoutURI}, false},
		{"frontchannel_logout_uri", []string{c.FrontchannelLogoutURI}, false},
		{"sector_identifier_uri", []string{c.SectorIdentifierURI}, false},
		{"requests.uris", c.Requests.URIs, false},
	} {
		for _, raw := range list.addresses {
			if raw != "" && !redirecturi.SameOrigin(base, raw) && (!list.local || !redirecturi.Local(raw)) {
				problems.Add(list.field, "client.document.elsewhere", "address", raw, "host", base.HostPort())
			}
		}
	}
	return problems
}
