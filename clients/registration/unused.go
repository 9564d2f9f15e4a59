package registration

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/fedhub/fedhub/clients"
)

// If the settings allow it, anyone can register apps, and most may never be
// used. They are marked, so that they can be removed. A client from before this
// mark counts as used.

// NeverUsed reports whether a client registered itself and never got a token.
func NeverUsed(c clients.Client) bool { return !c.Registration.UnusedSince.IsZero() }

// Unused visits the clients that were never used, the oldest first.
func (s *Service) Unused(ctx context.Context) iter.Seq2[clients.Client, error] {
	return s.store.Since(ctx, "registration.unused_since", time.Unix(0, 0))
}

// countFrom counts the self-registered clients from a network, or from any if
// it is empty, up to most.
func (s *Service) countFrom(ctx context.Context, network string, most int) (int, error) {
	return s.store.CountWhere(ctx, "registration.network", network, most)
}

// MarkUsed notes that a client gets its first token. It is one write in a
// client's life; a client that was removed meanwhile is fs.ErrNotExist.
func (s *Service) MarkUsed(ctx context.Context, c clients.Client) error {
	if !NeverUsed(c) {
		return nil
	}
	err := s.clients.Change(ctx, c.ID, func(kept *clients.Client) error {
		if !NeverUsed(*kept) {
			return clients.ErrUnchanged
		}
		kept.Registration.UnusedSince = time.Time{}
		return nil
	})
	if err != nil {
		return fmt.Errorf("store that an application is used: %w", err)
	}
	return nil
}
