package settings

import (
	"time"

	"github.com/fedhub/fedhub/internal/forms"
)

// The bounds of what is said about apps that register themselves; 0 days are
// allowed too.
const (
	defaultRegistered           = 10_000
	defaultRegisteredPerNetwork = 500
	maxRegistered               = 1_000_000
	defaultUnusedDays           = 90
	maxUnusedDays               = 3650
)

// RegisteredAtMost is how many apps that registered themselves, without an
// initial access token, are kept.
func (s Settings) RegisteredAtMost() int {
	if s.Registered == 0 {
		return defaultRegistered
	}
	return s.Registered
}

// RegisteredFromOne is how many of them may come from one network.
func (s Settings) RegisteredFromOne() int {
	if s.RegisteredPerNetwork == 0 {
		return defaultRegisteredPerNetwork
	}
	return s.RegisteredPerNetwork
}

// UnusedFor is after how many days an app is removed that registered itself and
// was never used; 0 is never.
func (s Settings) UnusedFor() int {
	if s.UnusedDays == nil {
		return defaultUnusedDays
	}
	return *s.UnusedDays
}

// UnusedLife is the same as a duration.
func (s Settings) UnusedLife() time.Duration { return time.Duration(s.UnusedFor()) * 24 * time.Hour }

func (s Settings) registrationProblems() forms.Problems {
	var p forms.Problems
	if n := s.RegisteredAtMost(); n < 1 || n > maxRegistered {
		p.Add("registered", "settings.registered.bad", "max", maxRegistered)
	}
	if n := s.RegisteredFromOne(); n < 1 || n > maxRegistered {
		p.Add("registered_per_network", "settings.registered_per_network.bad", "max", maxRegistered)
	}
	if n := s.UnusedFor(); n < 0 || n > maxUnusedDays {
		p.Add("unused_days", "settings.unused_days.bad", "max", maxUnusedDays)
	}
	return p
}
