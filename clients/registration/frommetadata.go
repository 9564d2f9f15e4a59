package registration

import (
	"fmt"
	"strings"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/internal/jsonx"
)

// FromMetadata reads a client from its metadata (RFC 7591 §2), for an operator
// who vouches for it: unlike one that registers itself it may have any scope,
// and the id that the metadata names as client_id. Registry.Add checks the rest.
func FromMetadata(body []byte) (clients.Client, error) {
	raw, err := jsonx.ParseObject(body)
	if err != nil {
		return clients.Client{}, fmt.Errorf("the client metadata cannot be used: %w", err)
	}
	var d declaration
	if err := d.read(raw); err != nil {
		return clients.Client{}, fmt.Errorf("the client metadata cannot be used: %w", err)
	}
	if err := raw.Member("client_id", &d.ID); err != nil {
		return clients.Client{}, fmt.Errorf("the client metadata cannot be used: its %w", err)
	}
	name := d.Name
	if err := d.settle(Limits{Scopes: strings.Fields(d.scope)}); err != nil {
		return clients.Client{}, fmt.Errorf("the client metadata cannot be used: %w", err)
	}
	if name != "" {
		d.Name = name // wrong names are told, not replaced
	}
	return d.Client, nil
}
