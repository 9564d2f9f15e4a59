package oidc

import (
	"context"
	"encoding/json"
)

// keySet returns the JWK set, encoded once.
func (d *Door) keySet(ctx context.Context) ([]byte, error) {
	d.keys.mu.Lock()
	defer d.keys.mu.Unlock()
	if d.keys.body != nil {
		return d.keys.body, nil
	}
	set, err := d.Signing.Public(ctx)
	if err != nil {
		return nil, err
	}
	d.keys.body, err = json.Marshal(set)
	return d.keys.body, err
}
