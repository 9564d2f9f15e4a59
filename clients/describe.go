package clients

import (
	"errors"
	"fmt"
	"slices"

	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/internal/jsonx"
)

// describe turns the document that was read at address into the client it
// describes, as one that registers itself would be kept, or into a
// *MetadataError. It does not fetch anything.
func describe(address string, body []byte, l Limits, doc Document, allowHTTP bool) (Client, error) {
	fault := func(err error) error { return &MetadataError{URL: address, Text: err.Error()} }
	base, err := redirecturi.Parse(address)
	if err != nil || !IsMetadataURL(address, allowHTTP) {
		return Client{}, fault(errors.New("its address is not one that a metadata document can have"))
	}
	raw, err := jsonx.ParseObject(body)
	if err != nil {
		return Client{}, fault(err)
	}
	if err := errors.Join(sameID(raw, address), withoutSecret(raw)); err != nil {
		return Client{}, fault(err)
	}
	var d declaration
	if err := d.read(raw); err != nil {
		return Client{}, fault(err)
	}
	doc.Host = base.HostPort()
	d.ID, d.Document, d.CreatedBy = address, &doc, "its document"
	d.Registration.At = doc.Fetched
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
	if problems := d.Validate(allowHTTP); len(problems) > 0 {
		return Client{}, fault(problems)
	}
	return d.Client, nil
}

// sameID compares byte for byte (§4): a document elsewhere must not speak for
// this id.
func sameID(raw jsonx.Object, address string) error {
	var id string
	if err := jsonx.Unmarshal(raw["client_id"], &id); err != nil || id != address {
		return fmt.Errorf("its client_id is %.200q, which is not the address it was read from", id)
	}
	return nil
}

// keepSafeGrants drops what this hub gives to no client that only published
// itself. A document is written for every server that reads it, so what it
// names beyond that is no mistake.
func (d *declaration) keepSafeGrants() error {
	if d.AuthMethod == "" {
		d.AuthMethod = MethodNone // the default of RFC 7591 §2 needs a secret, which there cannot be
	}
	if len(d.grantTypes) == 0 {
		d.grantTypes = []string{grantCode}
	}
	d.grantTypes = slices.DeleteFunc(d.grantTypes, func(grant string) bool {
		return grant != grantCode && grant != grantRefresh && grant != GrantDevice
	})
	if len(d.responseTypes) > 0 && !slices.Contains(d.responseTypes, "code") && slices.Contains(d.grantTypes, grantCode) {
		return errors.New("its response_types must contain code")
	}
	d.responseTypes = slices.DeleteFunc(d.responseTypes, func(response string) bool { return response != "code" })
	if !slices.Contains(d.grantTypes, grantCode) && !slices.Contains(d.grantTypes, GrantDevice) {
		return errors.New("its grant_types must contain authorization_code")
	}
	return nil
}

// checkDescribed: nobody let this client in, so it gets what is safe to give
// to anybody, and people are told where it is. An administrator who wants more
// for it registers it.
func checkDescribed(c Client, _ bool) Problems {
	if c.Document == nil {
		return nil
	}
	const only = "A client that is known by its document alone "
	var problems Problems
	if c.AuthMethod != MethodNone && c.AuthMethod != MethodKey {
		// §4.1: there is no secret to share.
		problems = append(problems, problem("auth_method", only+"proves itself by %s or, if it is public, by %s.", MethodKey, MethodNone)...)
	}
	if c.SkipAuthorization {
		problems = append(problems, problem("skip_authorization", only+"always asks people.")...)
	}
	if c.PKCEOptional {
		problems = append(problems, problem("pkce_optional", only+"must use PKCE.")...)
	}
	if c.ClientCredentials || c.GrantType == GrantImplicit || slices.ContainsFunc(c.Grants, func(grant string) bool { return grant != GrantDevice }) {
		problems = append(problems, problem("grant_type", only+"may use the authorization code, refresh tokens and devices.")...)
	}
	return append(problems, checkPlaces(c)...)
}

// checkPlaces: answers go to where the document is, which is what people see,
// or stay on the person's own machine (RFC 8252 §7). What the hub itself calls
// is there too, so that no document makes it knock elsewhere.
func checkPlaces(c Client) Problems {
	base, err := redirecturi.Parse(c.ID)
	if err != nil {
		return problem("id", "The id is not the address of a document.")
	}
	var problems Problems
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
			if raw != "" && !sameOriginAs(base, raw) && (!list.local || !localAddress(raw)) {
				problems = append(problems, problem(list.field, "%.200q is not at %s, where the document is.", raw, base.HostPort())...)
			}
		}
	}
	return problems
}
