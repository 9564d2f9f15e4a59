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

// unusedAtOnce is how many clients are looked up before they are removed.
const unusedAtOnce = 100

// RemoveUnused removes the clients that registered themselves at least so long
// ago and were never used, the earliest first and no more than most, and says
// how many that were.
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

// unusedEachTime is how many of them go by themselves in a minute.
const unusedEachTime = 50

// ClearUnused removes the clients that registered themselves and were not used
// for as long as the settings let them be.
func (s *Service) ClearUnused(ctx context.Context) error {
	now, err := s.parts.Settings.Current(ctx)
	if err != nil || now.UnusedFor() == 0 {
		return err
	}
	_, err = s.RemoveUnused(ctx, audit.Actor{ID: "schedule"}, now.UnusedLife(), unusedEachTime)
	return err
}

// unused are up to most clients that were unused until then, and are so still.
func (s *Service) unused(ctx context.Context, until time.Time, most int) (found []clients.Client, err error) {
	for c, err := range s.parts.Registrations.Unused(ctx) {
		if err != nil {
			return nil, err
		}
		if c.Registration.UnusedSince.After(until) || len(found) == most {
			break
		}
		now, err := s.parts.Clients.Lookup(ctx, c.ID) // it may be used by now, or be gone
		switch {
		case err == nil && registration.NeverUsed(now):
			found = append(found, now)
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return nil, err
		}
	}
	return found, nil
}

// CountUnused says how many RemoveUnused would remove, whatever their age, no
// further than most.
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
