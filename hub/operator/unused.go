package operator

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/registration"
	"github.com/fedhub/fedhub/hub/audit"
)

// unusedAtOnce is how many clients are read before they are removed.
const unusedAtOnce = 100

// RemoveUnused removes up to most clients that registered themselves at least
// that long ago and were never used, the oldest first, and returns how many.
func (s *Service) RemoveUnused(ctx context.Context, by audit.Actor, age time.Duration, most int) (removed int, err error) {
	until := s.parts.Clients.Stamp().Add(-age)
	for removed < most {
		page, err := s.unused(ctx, until, min(unusedAtOnce, most-removed))
		if err != nil {
			return removed, err
		}
		if len(page) == 0 {
			break
		}
		for _, c := range page {
			if err := s.RemoveClient(ctx, by, c); err != nil {
				return removed, err
			}
			removed++
		}
	}
	return removed, nil
}

// unusedEachTime is how many are removed automatically per minute.
const unusedEachTime = 50

// ClearUnused removes clients that registered themselves and were not used for
// the time in the settings.
func (s *Service) ClearUnused(ctx context.Context) error {
	now, err := s.parts.Settings.Current(ctx)
	if err != nil || now.UnusedFor() == 0 {
		return err
	}
	_, err = s.RemoveUnused(ctx, audit.Actor{ID: "schedule"}, now.UnusedLife(), unusedEachTime)
	return err
}

// unused returns up to most clients that are unused since that time.
func (s *Service) unused(ctx context.Context, until time.Time, most int) (found []clients.Client, err error) {
	for c, err := range s.parts.Registrations.Unused(ctx) {
		if err != nil {
			return nil, err
		}
		if c.Registration.UnusedSince.After(until) || len(found) == most {
			break
		}
		now, err := s.parts.Clients.Lookup(ctx, c.ID) // it may have been used or deleted meanwhile
		switch {
		case err == nil && registration.NeverUsed(now):
			found = append(found, now)
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return nil, err
		}
	}
	return found, nil
}

// CountUnused counts what RemoveUnused would remove, of any age, up to most.
func (s *Service) CountUnused(ctx context.Context, most int) (n int, err error) {
	for _, err := range s.parts.Registrations.Unused(ctx) {
		if err != nil {
			return n, err
		}
		if n++; n == most {
			break
		}
	}
	return n, nil
}
