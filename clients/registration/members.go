package registration

import (
	"fmt"
	"reflect"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/internal/jsonx"
)

// A declaration is a client's metadata by RFC 7591 §2. Most members correspond
// to one field of Client. The others determine several fields (settle in
// declaration.go).
type declaration struct {
	clients.Client
	applicationType, scope string
	jwks                   jsonx.Value
}

// words are the members that correspond to no single property.
func (d *declaration) words() map[string]any {
	return map[string]any{
		"application_type": &d.applicationType, "scope": &d.scope, "jwks": &d.jwks,
	}
}

// members calls do with every known member and the place of its value: a
// *string, *[]string, *bool, **int64 or *jsonx.Value. Other members are
// ignored, as RFC 7591 §2 requires.
func (d *declaration) members(do func(name string, place any) error) error {
	words := d.words()
	for _, p := range clients.Properties() {
		if p.Metadata == "" {
			continue
		}
		place, found := words[p.Metadata]
		if !found {
			place = p.Of(&d.Client)
		}
		if err := do(p.Metadata, place); err != nil {
			return err
		}
	}
	return nil
}

// read reads the members of a JSON object. The error names the member.
func (d *declaration) read(raw jsonx.Object) error {
	return d.members(func(name string, place any) error {
		if !raw.Says(name) {
			return nil
		}
		if err := raw.Member(name, place); err != nil {
			return fmt.Errorf("its %w", err)
		}
		return nil
	})
}

// write is the reverse of read. Empty members are left out.
func (d *declaration) write() map[string]any {
	out := map[string]any{}
	_ = d.members(func(name string, place any) error {
		value := reflect.ValueOf(place).Elem()
		if empty := value.IsZero() || value.Kind() == reflect.Slice && value.Len() == 0; !empty {
			out[name] = value.Interface()
		}
		return nil
	})
	return out
}
