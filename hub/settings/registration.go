package settings

import (
	"time"

	"github.com/fedhub/fedhub/internal/forms"
)

// The bounds of the settings for apps that register themselves; 0 days are
// allowed too.
const (
	defaultRegistered           = 10_000
	defaultRegisteredPerNetwork = 500
	maxRegistered               = 1_000_000
	defaultUnusedDays           = 90
	maxUnusedDays               = 3650
)

// RegisteredAtMost bounds the apps that registered themselves without an
// initial access token.
func (s Settings) RegisteredAtMost() int {
	if s.Registered == 0 {
		return defaultRegistered
	}
	return s.Registered
}

// RegisteredFromOne bounds those of one network.
func (s Settings) RegisteredFromOne() int {
	if s.RegisteredPerNetwork == 0 {
		return defaultRegisteredPerNetwork
	}
	return s.RegisteredPerNetwork
}

// UnusedFor is after how many days an unused app that registered itself is
// removed; 0 is never.
func (s Settings) UnusedFor() int {
	return either(s.UnusedDays, defaultUnusedDays)
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
