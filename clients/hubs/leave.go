package hubs

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/fedhub/fedhub/clients"
)

// Leave takes the word of a server, after Prove, that it will not come back,
// and returns how it stands from now on; removed says that it was forgotten.
//
// One that an administrator locked out or turned off stays on record, and so
// does one that is held because its keys are not those that were approved: else
// leaving and coming back would be a way around that. One that is not known may
// have left before, and be told only now: what was left of it goes.
func (s *Service) Leave(ctx context.Context, id string) (state clients.State, removed bool, err error) {
	known, err := s.clients.Lookup(ctx, id)
	gone := errors.Is(err, fs.ErrNotExist)
	if err != nil && !gone {
		return "", false, err
	}
	h := known.Server
	if !gone && h == nil {
		return "", false, nil
	}
	if gone || !known.Disabled && (h.State == clients.Active || h.State == clients.Pending && !h.IsHeld()) {
		err = s.clients.Delete(ctx, id)
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return "", err == nil && !gone, err
	}
	err = s.clients.Change(ctx, id, func(c *clients.Client) error {
		if c.Server == nil {
			return clients.ErrUnchanged
		}
		c.Server.Left = s.clients.Stamp()
		return nil
	})
	if err != nil {
		return "", false, fmt.Errorf("leave: %w", err)
	}
	return known.Server.State, false, nil
}

// gone notes that a server's document is not there any more. It is not locked
// out for it: without its keys it can do nothing, and documents come back.
func (s *Service) gone(ctx context.Context, id string) {
	err := s.clients.Change(ctx, id, func(c *clients.Client) error {
		if c.Server == nil || !c.Server.Gone.IsZero() {
			return clients.ErrUnchanged
		}
		c.Server.Gone = s.clients.Stamp()
		return nil
	})
	s.log.WarnContext(ctx, "a federated server's metadata document is gone", "client", id, "error", err)
}

// How often servers that nobody asks through are looked at, and how soon again
// when that fails.
const (
	tendEvery = 6 * time.Hour
	tendPause = time.Hour
)

// TendServers reads again what active servers publish about themselves, also
// where nobody signs in: one that has gone away is seen to be gone.
func (s *Service) TendServers(ctx context.Context) error {
	for c, err := range s.clients.ByState(ctx, clients.Active) {
		if err != nil {
			return err
		}
		if s.now().Sub(c.Server.Fetched) >= tendEvery && s.turns.Take("tend "+c.ID, s.now(), tendPause) {
			s.worker.start(c.ID, func(ctx context.Context) { s.refresh(ctx, c.ID) })
		}
	}
	return nil
}
