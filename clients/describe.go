package clients

import (
	"slices"
	"time"

	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/clients/metadatadoc"
	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/texts"
)

// describe turns a metadata document into the client it describes, as one that
// registers itself would be kept, or into a *metadatadoc.Error. It does not
// fetch anything.
func describe(read metadatadoc.Document, l Limits, now time.Time, allowHTTP bool) (Client, error) {
	fault := func(err error) error { return metadatadoc.Fault(read.URL, nil, forms.Of(err)) }
	var d declaration
	if err := d.read(read.Members); err != nil {
		return Client{}, fault(err)
	}
	d.ID, d.Document = read.URL, &Document{Host: read.At.HostPort(), Fetched: now, Fresh: now.Add(read.Life)}
	d.Origin, d.Registration.At = texts.New("client.by.document"), now
	if err := d.keepSafeGrants(); err != nil {
		return Client{}, fault(err)
	}
	if err := d.settle(l); err != nil {
		return Client{}, fault(err)
	}
	for _, p := range properties {
		if p.By(ByRegistration) && !p.By(ByDocument) {
			p.value(&d.Client).SetZero()
		}
	}
	d.Tidy()
	if err := d.Validate(allowHTTP).Err(); err != nil {
		return Client{}, fault(err)
	}
	return d.Client, nil
}

// keepSafeGrants drops what this hub gives to no client that only published
// itself. A document is written for every server that reads it, so what it
// names beyond that is no mistake.
func (d *declaration) keepSafeGrants() error {
	if d.AuthMethod == "" {
		d.AuthMethod = clientauth.MethodNone // the default of RFC 7591 §2 needs a secret, which there cannot be
	}
	if len(d.GrantTypes) == 0 {
		d.GrantTypes = []string{GrantCode}
	}
	d.GrantTypes = slices.DeleteFunc(d.GrantTypes, func(grant string) bool {
		return grant != GrantCode && grant != GrantRefresh && grant != GrantDevice
	})
	if len(d.ResponseTypes) > 0 && !slices.Contains(d.ResponseTypes, "code") && slices.Contains(d.GrantTypes, GrantCode) {
		return forms.New("response_types", "document.response_types.bad")
	}
	d.ResponseTypes = slices.DeleteFunc(d.ResponseTypes, func(response string) bool { return response != "code" })
	if !slices.Contains(d.GrantTypes, GrantCode) && !slices.Contains(d.GrantTypes, GrantDevice) {
		return forms.New("grant_types", "document.grant_types.bad")
	}
	return nil
}

// checkDescribed: nobody let this client in, so it gets what is safe to give
// to anybody, and people are told where it is. An administrator who wants more
// for it registers it.
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
	if c.PKCEOptional {
		problems.Add("pkce_optional", "client.document.pkce")
	}
	if slices.ContainsFunc(c.GrantTypes, func(grant string) bool {
		return !slices.Contains([]string{GrantCode, GrantRefresh, GrantDevice}, grant)
	}) {
		problems.Add("grant_types", "client.document.grants")
	}
	return append(problems, checkPlaces(c)...)
}

// checkPlaces: answers go to where the document is, which is what people see,
// or stay on the person's own machine (RFC 8252 §7). What the hub itself calls
// is there too, so that no document makes it knock elsewhere.
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
