package web

import (
	"cmp"
	"context"
	"errors"
	"io/fs"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/apis"
	"github.com/fedhub/fedhub/templates"
)

// Requested is what a client asks for, in words.
type Requested struct {
	Scopes []templates.Scope
	APIs   []templates.API
	// Unverified is the host of a client that registered itself and asks for an
	// API that is not the hub's; empty for others.
	Unverified string
}

// ShownAccess describes scopes and APIs: a scope of one of these APIs in the
// words of its administrator. host is where the answer goes, if that is known.
func ShownAccess(ctx context.Context, set *apis.Service, client clients.Client, host string, scopes, resources []string) (Requested, error) {
	var shown Requested
	owners := map[string]apis.API{}
	for _, identifier := range resources {
		a, err := set.Find(ctx, identifier)
		if errors.Is(err, fs.ErrNotExist) {
			a, err = apis.API{ID: identifier}, nil // it was deleted meanwhile
		}
		if err != nil {
			return shown, err
		}
		for _, s := range a.Scopes {
			owners[s.Name] = a
		}
		if a.NeedsPerson(client.Asker()) {
			shown.Unverified = cmp.Or(host, client.Host(), client.Name)
		}
		shown.APIs = append(shown.APIs, templates.API{Name: a.Name, Identifier: a.ID})
	}
	for _, name := range scopes {
		words := templates.ScopeInWords(name)
		if a, found := owners[name]; found {
			words = templates.API{Name: a.Name, Identifier: a.ID}.ScopeInWords(name, a.Text(name))
		}
		shown.Scopes = append(shown.Scopes, words)
	}
	return shown, nil
}

// Names are the APIs with their addresses.
func (a Requested) Names() (names []string) {
	for _, api := range a.APIs {
		names = append(names, api.Shown())
	}
	return names
}
