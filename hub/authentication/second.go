package authentication

import (
	"context"
	"slices"
	"time"

	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/secondfactor"
)

// SecondFactors decides who must show a second factor, and with what.
type SecondFactors struct {
	Codes    *secondfactor.Service
	Settings func(context.Context) (settings.Settings, error)
	Now      func() time.Time
}

// Methods are the second factors that a user has.
type Methods struct {
	App      bool
	Recovery int // codes that are left
}

// Any reports whether there is one. Recovery codes stand in for another factor
// and are none by themselves.
func (m Methods) Any() bool { return m.App }

// A Demand is what a sign-in still needs.
type Demand struct {
	Ask   bool      // a second factor must be shown
	Enrol bool      // one must be set up, or may be put off
	Until time.Time // how long; zero: not any more
}

// Of returns the second factors of a user; none while nobody is asked for them.
func (s *SecondFactors) Of(ctx context.Context, userID string) (Methods, error) {
	rules, err := s.Settings(ctx)
	if err != nil || !rules.AsksSecondFactor() {
		return Methods{}, err
	}
	return s.methods(ctx, userID)
}

// Has reports whether a user has a second factor that is asked for.
func (s *SecondFactors) Has(ctx context.Context, userID string) (bool, error) {
	methods, err := s.Of(ctx, userID)
	return methods.Any(), err
}

func (s *SecondFactors) methods(ctx context.Context, userID string) (Methods, error) {
	f, err := s.Codes.Of(ctx, userID)
	return Methods{App: f.HasApp(), Recovery: len(f.Recovery.Codes)}, err
}

// Before returns what a user must do before they are signed in as start says.
// A provider that is trusted in this can have asked for two factors already
// (RFC 8176 §2, "mfa").
func (s *SecondFactors) Before(ctx context.Context, u users.User, start sessions.Start) (Demand, error) {
	if start.TwoFactors() {
		return Demand{}, nil
	}
	rules, err := s.Settings(ctx)
	if err != nil || !rules.AsksSecondFactor() {
		return Demand{}, err
	}
	methods, err := s.methods(ctx, u.ID)
	switch {
	case err != nil:
		return Demand{}, err
	case methods.Any():
		return Demand{Ask: true}, nil
	case !rules.NeedsSecondFactor(u.Admin(), u.Roles):
		return Demand{}, nil
	}
	told, err := s.Codes.Tell(ctx, u.ID)
	if err != nil {
		return Demand{}, err
	}
	d := Demand{Enrol: true}
	if until := told.Add(rules.SecondFactorGrace()); s.Now().Before(until) {
		d.Until = until
	}
	return d, nil
}

// With adds a code to a start. The time stays that of the first
// factor, if it is known: auth_time must not be later than what it is about.
func With(start sessions.Start, now time.Time) sessions.Start {
	start.AMR = append(slices.Clip(start.AMR), secondfactor.AMR, sessions.MultiFactor)
	start.ACR = sessions.ACRTwoFactors
	if start.AuthTime.IsZero() {
		start.AuthTime = now
	}
	return start
}
