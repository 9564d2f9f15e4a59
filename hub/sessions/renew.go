package sessions

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"github.com/fedhub/fedhub/hub/users"
)

// Limits are the session limits of the settings.
type Limits struct {
	// Recent is how recently a user must have authenticated to change important
	// things: their sign-in methods, what another device may do, and everything
	// that administrators change.
	Recent time.Duration
	// Administrator is how long a session of an administrator lasts.
	Administrator time.Duration
	// Ending sessions end with the browser unless the user wants to stay signed
	// in; with NeverStay they do in any case.
	Ending, NeverStay bool
}

// DefaultLimits apply to a Service without Limits.
func DefaultLimits() Limits { return Limits{Recent: 10 * time.Minute, Administrator: 12 * time.Hour} }

func (k *Service) limits(ctx context.Context) (Limits, error) {
	if k.Limits == nil {
		return DefaultLimits(), nil
	}
	return k.Limits(ctx)
}

// IsFresh reports whether the user authenticated just now, so that a browser
// left open cannot be misused. An unknown time counts as not fresh.
// Users who have a second factor must have shown it in this session.
func (k *Service) IsFresh(ctx context.Context, s Session) (bool, error) {
	limits, err := k.limits(ctx)
	if err != nil || k.Now().Sub(s.AuthTime) > limits.Recent {
		return false, err
	}
	if k.HasFactor == nil || s.TwoFactors() {
		return true, nil
	}
	has, err := k.HasFactor(ctx, s.UserID)
	return !has, err
}

// ProveAddress notes that the user has just shown that they read the mail of their
// address.
func (k *Service) ProveAddress(ctx context.Context, s Session) error {
	return k.Sessions.Update(ctx, s.ID, func(s *Session) error {
		s.AddressProved = k.Now()
		return nil
	})
}

// AddressProved reports whether they did so just now, here or when they signed in.
func (k *Service) AddressProved(ctx context.Context, s Session) (bool, error) {
	limits, err := k.limits(ctx)
	at := s.AddressProved
	if s.ByEmail() && s.AuthTime.After(at) {
		at = s.AuthTime
	}
	return err == nil && k.Now().Sub(at) <= limits.Recent, err
}

// lasts reports whether this user's session may still be used.
func (k *Service) lasts(ctx context.Context, s Session, u users.User) (bool, error) {
	if !u.Admin() {
		return true, nil
	}
	limits, err := k.limits(ctx)
	return k.Now().Sub(s.Created) < limits.Administrator, err
}

// Proved notes that the user of a session has just proved who they are, and
// returns the session.
func (k *Service) Proved(ctx context.Context, s Session, proof Start) (Session, error) {
	err := k.Sessions.Update(ctx, s.ID, func(kept *Session) error {
		kept.AuthTime, kept.ACR, kept.AMR = proof.AuthTime, proof.ACR, proof.AMR // another factor was shown at another time
		s = *kept
		return nil
	})
	return s, err
}

// SignedInWith reports whether the session came from this user of a provider.
func (s Session) SignedInWith(key, subject string) bool {
	return s.LoginKey == key && s.UpstreamSub == upstream(key, subject)
}

// Renew moves a session to a new session generation of its user, who has just
// ended all other sessions from it. Only the session that did so may be
// renewed; one that ended meanwhile is ErrNobody.
func (k *Service) Renew(ctx context.Context, s Session, epoch int64) error {
	err := k.Sessions.Update(ctx, s.ID, func(s *Session) error {
		if s.SessionGeneration != epoch-1 {
			return ErrNobody
		}
		s.SessionGeneration = epoch
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return ErrNobody
	}
	return err
}
