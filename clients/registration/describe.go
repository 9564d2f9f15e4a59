package registration

import (
	"reflect"
	"slices"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/clients/metadatadoc"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/texts"
)

// describe turns a metadata document into the client that it describes, as a
// self-registered client would be stored, or a *metadatadoc.Error. It fetches
// nothing.
func describe(read metadatadoc.Document, l Limits, now time.Time, allowHTTP bool) (clients.Client, error) {
	fault := func(err error) error { return metadatadoc.Fault(read.URL, nil, forms.Of(err)) }
	var d declaration
	if err := d.read(read.Members); err != nil {
		return clients.Client{}, fault(err)
	}
	d.ID, d.Document = read.URL, &clients.Document{Host: read.At.HostPort(), Fetched: now, Fresh: now.Add(read.Life)}
	d.Origin, d.Registration.At = texts.New("client.by.document"), now
	if err := d.keepSafeGrants(); err != nil {
		return clients.Client{}, fault(err)
	}
	if err := d.settle(l); err != nil {
		return clients.Client{}, fault(err)
	}
	for _, p := range clients.Properties() {
		if p.By(clients.ByRegistration) && !p.By(clients.ByDocument) {
			reflect.ValueOf(p.Of(&d.Client)).Elem().SetZero()
		}
	}
	d.Tidy()
	if err := d.Validate(allowHTTP).Err(); err != nil {
		return clients.Client{}, fault(err)
	}
	return d.Client, nil
}

// keepSafeGrants drops grants that a client with only a metadata document
// cannot have here. The document is written for many servers, so this is no
// error.
func (d *declaration) keepSafeGrants() error {
	if d.AuthMethod == "" {
		d.AuthMethod = clientauth.MethodNone // the default of RFC 7591 §2 needs a secret, and there is none
	}
	if len(d.GrantTypes) == 0 {
		d.GrantTypes = []string{clients.GrantCode}
	}
	d.GrantTypes = slices.DeleteFunc(d.GrantTypes, func(grant string) bool {
		return grant != clients.GrantCode && grant != clients.GrantRefresh && grant != clients.GrantDevice
	})
	if len(d.ResponseTypes) > 0 && !slices.Contains(d.ResponseTypes, "code") && slices.Contains(d.GrantTypes, clients.GrantCode) {
		return forms.New("response_types", "document.response_types.bad")
	}
	d.ResponseTypes = slices.DeleteFunc(d.ResponseTypes, func(response string) bool { return response != "code" })
	if !slices.Contains(d.GrantTypes, clients.GrantCode) && !slices.Contains(d.GrantTypes, clients.GrantDevice) {
		return forms.New("grant_types", "document.grant_types.bad")
	}
	return nil
}
