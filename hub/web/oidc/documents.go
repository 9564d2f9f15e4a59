package oidc

import (
	"encoding/json"
	"sync"
	"time"

	"github.com/fedhub/fedhub/hub/settings"
)

// documents are what everybody may read, encoded once: the metadata changes
// only when an administrator saves the settings. No cache with a time is as
// exact: what is served is always of the settings that hold.
type documents struct {
	mu    sync.Mutex
	saved time.Time // when the settings were saved that meta is made of
	meta  []byte
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
