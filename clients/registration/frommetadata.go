package registration

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/jsonx"
)

// FromMetadata reads a client from its metadata (RFC 7591 §2) for an operator,
// who is trusted: unlike a self-registered client it may have any scope, the
// client_id that the metadata names, and settings that have no metadata member
// (ours). An unknown member is refused, because the operator wants to know
// about a typing mistake; RFC 7591 §2 ignores it for apps. Registry.Add checks
// the rest.
func FromMetadata(body []byte) (clients.Client, error) {
	raw, err := jsonx.ParseObject(body)
	if err != nil {
		return clients.Client{}, unusable(err)
	}
	var d declaration
	if err := d.known(raw); err != nil {
		return clients.Client{}, err
	}
	if err := d.read(raw); err != nil {
		return clients.Client{}, unusable(err)
	}
	name := d.Name
	if err := d.settle(Limits{Scopes: strings.Fields(d.scope)}); err != nil {
		return clients.Client{}, unusable(err)
	}
	if name != "" {
		d.Name = name // a bad name is reported, not replaced
	}
	d.PKCEOptional = false // that is only for self-registered clients
	err = ours(&d.Client, func(name string, place any) error {
		if !raw.Says(name) {
			return nil
		}
		return raw.Member(name, place)
	})
	if err != nil {
		return clients.Client{}, unusable(fmt.Errorf("its %w", err))
	}
	if d.PKCE == "" && raw.Says("pkce_optional") && !d.PKCEOptional {
		d.PKCE = clients.PKCEAlways // the meaning of this value before there were three
	}
	return d.Client, nil
}

// Redescribe applies these members to a client for an operator. Other members
// stay, and null removes one.
func Redescribe(c clients.Client, members []byte) (clients.Client, error) {
	said, err := jsonx.ParseObject(members)
	if err != nil {
		return clients.Client{}, unusable(err)
	}
	description := DescriptionOf(c)
	before, err := described(description)
	if err != nil {
		return clients.Client{}, err
	}
	if said.Says("application_type") {
		delete(description, "type")
	}
	if said.Says("redirect_uris") {
		delete(description, "default_redirect_uri") // the first redirect URI, unless one is named
	}
	switch {
	case said.Says("pkce"):
		delete(description, "pkce_optional")
	case said.Says("pkce_optional"):
		delete(description, "pkce")
	}
	for name, value := range said {
		description[name] = value
	}
	after, err := described(description)
	switch {
	case err != nil:
		return clients.Client{}, err
	case after.ID != c.ID:
		return clients.Client{}, forms.New("client_id", "client.id.fixed")
	}
	c = c.Clone()
	for _, p := range clients.Properties() {
		if !p.Same(before, after) { // keep what depends on none of the members
			p.CopyTo(&c, after)
		}
	}
	return c, nil
}

func described(description map[string]any) (clients.Client, error) {
	text, err := json.Marshal(description)
	if err != nil {
		return clients.Client{}, unusable(err)
	}
	return FromMetadata(text)
}

func unusable(err error) error { return fmt.Errorf("the client metadata cannot be used: %w", err) }

// DescriptionOf is everything that an operator can set on a client: MetadataOf
// and the settings without a metadata member. FromMetadata reads it.
func DescriptionOf(c clients.Client) map[string]any {
	out := MetadataOf(c)
	c.PKCE = c.PKCERule()
	c.PKCEOptional = c.PKCE == clients.PKCEOptional
	_ = ours(&c, func(name string, place any) error {
		value := reflect.ValueOf(place).Elem()
		if out[name] = value.Interface(); value.Kind() == reflect.Slice && value.Len() == 0 {
			out[name] = []string{}
		}
		return nil
	})
	return out
}

// printedOnly is a member that names the hub that wrote the description, and
// not a setting of the client.
const printedOnly = "issuer"

// ours calls do for each setting of an administrator that has no metadata
// member, with its name on the client's page. A self-registered client cannot
// set it.
func ours(c *clients.Client, do func(name string, place any) error) error {
	for _, p := range clients.Properties() {
		name := p.Stored
		switch {
		case p.Stored == "id":
			name = "client_id"
		case p.Stored == "type":
			// It is more precise than application_type, and takes precedence.
		case p.Metadata != "" || !p.By(clients.ByForm|clients.ByFlag) || strings.HasPrefix(p.Stored, "frappe."):
			continue
		case p.Control != "":
			name = p.Control
		}
		if err := do(name, p.Of(c)); err != nil {
			return err
		}
	}
	return nil
}

// known refuses members that would be ignored.
func (d *declaration) known(raw jsonx.Object) error {
	unknown := maps.Clone(raw)
	delete(unknown, printedOnly)
	take := func(name string, _ any) error { delete(unknown, name); return nil }
	_ = d.members(take)
	_ = ours(&d.Client, take)
	if len(unknown) > 0 {
		return forms.New("", "registration.members.unknown", "members", slices.Sorted(maps.Keys(unknown)))
	}
	return nil
}
