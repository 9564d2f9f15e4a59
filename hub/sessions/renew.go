package sessions

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"github.com/fedhub/fedhub/hub/users"
)

// Limits are what the settings say of sessions.
type Limits struct {
	// Recent is how short a while ago somebody must have proved who they are to
	// change what matters: how they sign in, what another device may do, and
	// everything that administrators change.
	Recent time.Duration
	// Administrator is how long a session of an administrator lasts.
	Administrator time.Duration
}

// DefaultLimits are those of a Service that was given none.
func DefaultLimits() Limits { return Limits{Recent: 10 * time.Minute, Administrator: 12 * time.Hour} }

func (k *Service) limits(ctx context.Context) (Limits, error) {
	if k.Limits == nil {
		return DefaultLimits(), nil
	}
	return k.Limits(ctx)
}

// IsFresh reports whether the person proved just now who they are, rather than
// at some time: what is left open on a desk is not. Where nobody can say when
// they did, they did not.
func (k *Service) IsFresh(ctx context.Context, s Session) (bool, error) {
	limits, err := k.limits(ctx)
	return k.Now().Sub(s.AuthTime) <= limits.Recent, err
}

// lasts says whether this user's session may still be used.
func (k *Service) lasts(ctx context.Context, s Session, u users.User) (bool, error) {
	if !u.Admin() {
		return true, nil
	}
	limits, err := k.limits(ctx)
	return k.Now().Sub(s.Created) < limits.Administrator, err
}

// Proved notes that the person of a session has just proved by a password who
// they are, and returns the session.
func (k *Service) Proved(ctx context.Context, s Session) (Session, error) {
	now := k.Now()
	err := k.Sessions.Update(ctx, s.ID, func(kept *Session) error {
		kept.AuthTime, kept.ACR, kept.AMR = now, ACRPassword, []string{"pwd"} // another factor was shown at another time
		s = *kept
		return nil
	})
	return s, err
}

// SignedInWith reports whether the session came from this person at an upstream.
func (s Session) SignedInWith(key, subject string) bool {
	return s.LoginKey == key && s.UpstreamSub == upstream(key, subject)
}

// Renew lets a session go on in a new epoch of its user, who has just ended
// everything else from it. Only the session that did so may be renewed; one that
// was ended meanwhile is ErrNobody.
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
