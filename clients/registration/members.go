package registration

import (
	"fmt"
	"reflect"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/internal/jsonx"
)

// A declaration is what a client says of itself, in the words of RFC 7591 §2.
// Most members have a field of Client to themselves. From the others several
// fields follow (settle in declaration.go).
type declaration struct {
	clients.Client
	applicationType, scope string
	jwks                   jsonx.Value
}

// words are the members that no property is the value of: what is kept follows
// from them.
func (d *declaration) words() map[string]any {
	return map[string]any{
		"application_type": &d.applicationType, "scope": &d.scope, "jwks": &d.jwks,
	}
}

// members calls do with every member that is understood and the place of its
// value: a *string, *[]string, *bool, **int64 or *jsonx.Value. What is not
// among them is ignored, as RFC 7591 §2 wants.
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

// read takes the members from a JSON object. The error names the member.
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

// write is the reverse of read. What is empty is left out.
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
