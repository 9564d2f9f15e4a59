package clients

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"
)

// Leave takes the word of a server, after Prove, that it will not come back,
// and returns how it stands from now on; removed says that it was forgotten.
//
// One that an administrator locked out or turned off stays on record, and so
// does one that is held because its keys are not those that were approved: else
// leaving and coming back would be a way around that.
func (r *Registry) Leave(ctx context.Context, id string) (state State, removed bool, err error) {
	known, err := r.Lookup(ctx, id)
	if errors.Is(err, fs.ErrNotExist) || err == nil && known.Server == nil {
		return "", false, nil
	}
	if err != nil {
		return "", false, err
	}
	if s := known.Server; !known.Disabled && (s.State == Active || s.State == Pending && !s.IsHeld()) {
		err = r.Delete(ctx, id)
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return "", err == nil, err
	}
	err = r.change(ctx, id, func(c *Client) error {
		if c.Server == nil {
			return errUnchanged
		}
		c.Server.Left = r.stamp()
		return nil
	})
	if err != nil {
		return "", false, fmt.Errorf("leave: %w", err)
	}
	return known.Server.State, false, nil
}

// gone notes that a server's document is not there any more. It is not locked
// out for it: without its keys it can do nothing, and documents come back.
func (r *Registry) gone(ctx context.Context, id string) {
	err := r.change(ctx, id, func(c *Client) error {
		if c.Server == nil || !c.Server.Gone.IsZero() {
			return errUnchanged
		}
		c.Server.Gone = r.stamp()
		return nil
	})
	r.log.WarnContext(ctx, "a federated server's metadata document is gone", "client", id, "error", err)
}

// How often servers that nobody asks through are looked at, and how soon again
// when that fails.
const (
	tendEvery = 6 * time.Hour
	tendPause = time.Hour
)

// TendServers reads again what active servers publish about themselves, also
// where nobody signs in: one that has gone away is seen to be gone.
func (r *Registry) TendServers(ctx context.Context) error {
	for c, err := range r.ByState(ctx, Active) {
		if err != nil {
			return err
		}
		if r.now().Sub(c.Server.Fetched) >= tendEvery && r.acquireLease("tend "+c.ID, tendPause) {
			r.worker.start(c.ID, func(ctx context.Context) { r.refresh(ctx, c.ID) })
		}
	}
	return nil
}
