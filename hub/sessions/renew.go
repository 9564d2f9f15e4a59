package sessions

import (
	"context"
	"time"
)

// Recent is how short a while ago somebody must have signed in to change how
// they sign in.
const Recent = 5 * time.Minute

// Fresh reports whether the person signed in just now, rather than at some
// time: what is left open on a desk is not.
func (s Session) Fresh(now time.Time) bool { return now.Sub(s.AuthTime) <= Recent }

// SignedInWith reports whether the session came from this person at an upstream.
func (s Session) SignedInWith(key, subject string) bool {
	return s.LoginKey == key && s.UpstreamSub == upstream(key, subject)
}

// Renew lets a session go on in a new epoch of its user, who has just ended
// everything else from it. Only the session that did so may be renewed.
func (k *Service) Renew(ctx context.Context, s Session, epoch int64) error {
	return k.Sessions.Update(ctx, s.ID, func(s *Session) error {
		s.SessionGeneration = epoch
		return nil
	})
}
