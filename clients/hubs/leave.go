package hubs

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/fedhub/fedhub/clients"
)

// Leave handles a hub's notice, after VerifyKey, that it disconnects, and
// returns its new state; removed says that its record was deleted.
//
// A hub that was refused, suspended or disabled keeps its record, and so does
// one on hold because of new keys: otherwise it could leave and return to avoid
// the decision. An unknown hub may have left before; what remained of it is
// deleted.
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
		return "", false, fmt.Errorf("disconnect a hub: %w", err)
	}
	return known.Server.State, false, nil
}

// gone notes that a hub's document is missing. The hub is not blocked for that:
// without its keys it can do nothing, and the document may come back.
func (s *Service) gone(ctx context.Context, id string) {
	err := s.clients.Change(ctx, id, func(c *clients.Client) error {
		if c.Server == nil || !c.Server.Gone.IsZero() {
			return clients.ErrUnchanged
		}
		c.Server.Gone = s.clients.Stamp()
		return nil
	})
	s.log.WarnContext(ctx, "the metadata document of a connected hub is gone", "client", id, "error", err)
}

// How often an unused hub is checked, and how soon after a failure.
const (
	tendEvery = 6 * time.Hour
	tendPause = time.Hour
)

// TendServers reads the metadata of active hubs again, even if they are not
// used, so that a hub that is gone is noticed.
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
