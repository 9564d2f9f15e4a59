package oidc

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/fedhub/fedhub/hub/settings"
)

// documents are what everybody may read, encoded once: the keys change only
// when keys do, the metadata when an administrator saves the settings.
type documents struct {
	mu    sync.Mutex
	keys  []byte
	saved time.Time // when the settings were saved that meta is made of
	meta  []byte
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

// metadata returns the document for these settings, made by draft.
func (d *documents) metadata(s settings.Settings, draft func(settings.Settings) metadata) ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.meta != nil && d.saved.Equal(s.Updated) {
		return d.meta, nil
	}
	body, err := json.Marshal(draft(s))
	if err != nil {
		return nil, err
	}
	d.saved, d.meta = s.Updated, body
	return body, nil
}
