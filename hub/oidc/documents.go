package oidc

import (
	"context"
	"encoding/json"
	"sync"
)

// documents are what everybody may read, encoded once: the keys change only
// when keys do, the metadata when an administrator renames the hub.
type documents struct {
	mu   sync.Mutex
	keys []byte
	name string
	meta []byte
}

// keySet returns the JWK set.
func (d *Door) keySet(ctx context.Context) ([]byte, error) {
	d.documents.mu.Lock()
	defer d.documents.mu.Unlock()
	if d.documents.keys != nil {
		return d.documents.keys, nil
	}
	set, err := d.Signing.Public(ctx)
	if err != nil {
		return nil, err
	}
	d.documents.keys, err = json.Marshal(set)
	return d.documents.keys, err
}

// metadata returns the document for a hub of this name, made by draft.
func (d *documents) metadata(name string, draft func(name string) metadata) ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.meta != nil && d.name == name {
		return d.meta, nil
	}
	body, err := json.Marshal(draft(name))
	if err != nil {
		return nil, err
	}
	d.name, d.meta = name, body
	return body, nil
}
