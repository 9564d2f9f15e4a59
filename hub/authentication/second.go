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
	Passkeys func(ctx context.Context, userID string) (bool, error) // whether one works at this host
	Settings func(context.Context) (settings.Settings, error)
	Now      func() time.Time
}

// Methods are the second factors that a user has.
type Methods struct {
	App      bool
	Passkey  bool
	Recovery int // codes that are left
}

// Any reports whether there is one. Recovery codes stand in for another factor
// and are none by themselves.
func (m Methods) Any() bool { return m.App || m.Passkey }

// Codes reports whether there is something to type.
func (m Methods) Codes() bool { return m.App || m.Passkey && m.Recovery > 0 }

// A Demand is what a sign-in still needs.
type Demand struct {
	Ask   bool      // a second factor must be shown
	Enrol bool      // one must be set up, or may be put off
	Until time.Time // how long; zero: not any more
	IfNew bool      // only in a browser or network that is new to the user
}

// Some reports whether there is a demand.
func (d Demand) Some() bool { return d.Ask || d.Enrol }

// Of returns the second factors of a user; none while nobody is asked for them.
func (s *SecondFactors) Of(ctx context.Context, userID string) (Methods, error) {
	rules, err := s.Settings(ctx)
	if err != nil || !rules.AsksSecondFactor() {
		return Methods{}, err
	}
	return s.SetUp(ctx, userID)
}

// Has reports whether a user has a second factor that is asked for.
func (s *SecondFactors) Has(ctx context.Context, userID string) (bool, error) {
	rules, err := s.Settings(ctx)
	if err != nil || !rules.AsksSecondFactor() {
		return false, err
	}
	if f, err := s.Codes.Of(ctx, userID); err != nil || f.HasApp() {
		return err == nil, err
	}
	return s.Passkeys(ctx, userID)
}

// SetUp returns the second factors of a user, whatever the settings ask for.
func (s *SecondFactors) SetUp(ctx context.Context, userID string) (Methods, error) {
	f, err := s.Codes.Of(ctx, userID)
	if err != nil {
		return Methods{}, err
	}
	passkey, err := s.Passkeys(ctx, userID)
	return Methods{App: f.HasApp(), Passkey: passkey, Recovery: len(f.Recovery.Codes)}, err
}

// Any reports whether a user has a second factor, whatever the settings ask for.
func (s *SecondFactors) Any(ctx context.Context, userID string) (bool, error) {
	methods, err := s.SetUp(ctx, userID)
	return methods.Any(), err
}

// Removed deletes the recovery codes of a user who has no other factor left:
// such codes replace nothing, and users forget them.
func (s *SecondFactors) Removed(ctx context.Context, userID string) error {
	methods, err := s.SetUp(ctx, userID)
	if err != nil || methods.Any() || methods.Recovery == 0 {
		return err
	}
	return s.Codes.RemoveRecovery(ctx, userID)
}

// Before returns what a user must do before they are signed in as start says.
// required is true for an application that requires a second factor. A provider that is trusted in this can have asked for two factors already
// (RFC 8176 §2, "mfa").
func (s *SecondFactors) Before(ctx context.Context, u users.User, start sessions.Start, required bool) (Demand, error) {
	if start.TwoFactors() {
		return Demand{}, nil
	}
	rules, err := s.Settings(ctx)
	asks := rules.AsksSecondFactor() || required
	again := start.After.ID != "" // who confirms a change shows every factor that they have
	if err != nil || !asks && !again {
		return Demand{}, err
	}
	methods, err := s.SetUp(ctx, u.ID)
	needed := required || rules.NeedsSecondFactor(u.Admin(), u.AllRoles(), u.GroupSecondFactor())
	ifNew := rules.SecondFactorIfNew() && !needed
	switch {
	case err != nil:
		return Demand{}, err
	case methods.Any():
		return Demand{Ask: true, IfNew: ifNew}, nil
	case !asks || !needed && !ifNew:
		return Demand{}, nil
	}
	if required {
		return Demand{Enrol: true}, nil
	}
	told, err := s.Codes.Tell(ctx, u.ID)
	if err != nil {
		return Demand{}, err
	}
	d := Demand{Enrol: true, IfNew: ifNew}
	if until := told.Add(rules.SecondFactorGrace()); s.Now().Before(until) {
		d.Until = until
	}
	return d, nil
}

// WithCode adds a code to a start.
func WithCode(start sessions.Start, now time.Time) sessions.Start {
	return with(start, now, secondfactor.AMR, sessions.MultiFactor)
}

// WithPasskey adds a passkey to a start.
func WithPasskey(start sessions.Start, now time.Time, synced bool) sessions.Start {
	return with(start, now, sessions.ByPasskey(start.User, now, synced).AMR...)
}

// with adds methods that make two factors together with the first one. The time
// stays that of the first factor, if it is known: auth_time must not be later
// than the authentication that it describes.
func with(start sessions.Start, now time.Time, amr ...string) sessions.Start {
	for _, method := range amr {
		if !slices.Contains(start.AMR, method) {
			start.AMR = append(slices.Clip(start.AMR), method)
		}
	}
	start.ACR = sessions.ACRTwoFactors
	if start.AuthTime.IsZero() {
		start.AuthTime = now
	}
	return start
}
