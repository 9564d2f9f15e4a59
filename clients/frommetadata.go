package clients

import (
	"fmt"
	"strings"

	"github.com/fedhub/fedhub/internal/jsonx"
)

// FromMetadata reads a client from its metadata (RFC 7591 §2), for an operator
// who vouches for it: unlike one that registers itself it may have any scope,
// and the id that the metadata names as client_id. Registry.Add checks the rest.
func FromMetadata(body []byte) (Client, error) {
	raw, err := jsonx.ParseObject(body)
	if err != nil {
		return Client{}, fmt.Errorf("the client metadata cannot be used: %w", err)
	}
	var d declaration
	if err := d.read(raw); err != nil {
		return Client{}, fmt.Errorf("the client metadata cannot be used: %w", err)
	}
	if err := raw.Member("client_id", &d.ID); err != nil {
		return Client{}, fmt.Errorf("the client metadata cannot be used: its %w", err)
	}
	name := d.Name
	if err := d.settle(Limits{Scopes: strings.Fields(d.scope)}); err != nil {
		return Client{}, fmt.Errorf("the client metadata cannot be used: %w", err)
	}
	if name != "" {
		d.Name = name // wrong names are told, not replaced
	}
	return d.Client, nil
}
