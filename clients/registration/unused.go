package registration

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/fedhub/fedhub/clients"
)

// Anybody may register an app where the settings allow it, so most that come
// of it may never be used. Those are known, to make room and to be cleared
// away; a client of before there was such a mark is taken for used.

// NeverUsed reports whether a client registered itself and was never given a
// token.
func NeverUsed(c clients.Client) bool { return !c.Registration.UnusedSince.IsZero() }

// Unused visits the clients that were never used, the earliest first.
func (s *Service) Unused(ctx context.Context) iter.Seq2[clients.Client, error] {
	return s.store.Since(ctx, "registration.unused_since", time.Unix(0, 0))
}

// countFrom counts the clients that registered themselves from a network, or
// from any if it is empty, no further than most.
func (s *Service) countFrom(ctx context.Context, network string, most int) (int, error) {
	return s.store.CountWhere(ctx, "registration.network", network, most)
}

// MarkUsed notes that a client is given its first token. It is one write in the
// life of a client; one that was removed meanwhile is fs.ErrNotExist.
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
		return fmt.Errorf("note that a client is used: %w", err)
	}
	return nil
}
