package clients

import (
	"reflect"
	"slices"
)

// A Setter is who may set a property of a client; several are joined by |.
type Setter uint8

// The setters. What none of them sets, the hub keeps by itself.
const (
	ByForm         Setter = 1 << iota // an administrator, on the client's page
	ByFlag                            // an operator, by a flag of "client add"; the rest goes by --from-json
	ByRegistration                    // the client, when it registers itself (RFC 7591), or what follows from its words
	ByDocument                        // likewise the document that an app publishes instead
	ByHub                             // the document of a federated hub
)

const (
	bySelf  = ByRegistration | ByDocument
	byAdmin = ByForm | ByFlag
)

// A Property is one thing that is kept of a client. Properties is all of them.
type Property struct {
	Stored   string // its name in the database, through the parts it lies in
	Metadata string // the member of client metadata it is read from and written to; empty: none
	Control  string // of the form, and of the Problems that stand there; empty: Stored
	Setters  Setter
	imported string // what an import calls it; empty: an import leaves it alone
	place    func(*Client) any
	rule     func(Client, bool) Problems // which Validate runs; free: whatever its type can hold; nil: nobody writes it
}

// Properties are all properties of a client, in the order in which an import
// names what differs.
func Properties() []Property { return slices.Clone(properties) }

// By reports whether a setter may set the property.
func (p Property) By(s Setter) bool { return p.Setters&s != 0 }

// Of returns a pointer to the property's value in a client.
func (p Property) Of(c *Client) any { return p.place(c) }

// free is the rule of a property that has none.
func free(Client, bool) Problems { return nil }

func (p Property) value(c *Client) reflect.Value { return reflect.ValueOf(p.place(c)).Elem() }

// same reports whether two clients agree in the property. No list is an empty
// list.
func (p Property) same(a, b Client) bool {
	if p.Stored == "frappe" {
		return a.site() == b.site()
	}
	one, other := p.value(&a), p.value(&b)
	if one.Kind() == reflect.Slice && one.Len() == 0 && other.Len() == 0 {
		return true
	}
	return reflect.DeepEqual(one.Interface(), other.Interface())
}

// take copies the property. The two clients share its memory afterwards.
func (p Property) take(to *Client, from Client) {
	if p.Stored == "frappe" {
		to.takeSite(from)
		return
	}
	p.value(to).Set(p.value(&from))
}

// takeAll copies every property that a setter may set.
func (c *Client) takeAll(by Setter, from Client) {
	from = from.clone()
	for _, p := range properties {
		if p.By(by) {
			p.take(c, from)
		}
	}
}
