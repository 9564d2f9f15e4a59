package oidc

import (
	"encoding/json"
	"sync"
	"time"

	"github.com/fedhub/fedhub/hub/settings"
)

// documents are the public documents, encoded once: the metadata changes only
// when an administrator saves the settings. A cache with a lifetime would serve
// outdated settings for a while.
type documents struct {
	mu    sync.Mutex
	saved time.Time // version of the settings that meta was made from
	meta  []byte
}

// metadata returns the document for these settings; draft makes it.
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
