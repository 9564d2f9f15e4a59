package selfservice

import (
	"context"
	"errors"
	"time"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/maillinks"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/users"
)

// ErrDeletionOff refuses the deletion of an account where the settings leave it
// to administrators.
var ErrDeletionOff = errors.New("users cannot delete their own account here")

// A Leaving is what the deletion of an account takes away.
type Leaving struct {
	Days       int // until it is deleted; 0: users cannot delete their account
	Sessions   int
	Apps       int
	Identities int
	Passkeys   int
}

// Leaving counts what a user has.
func (s *Service) Leaving(ctx context.Context, u users.User) (l Leaving, err error) {
	rules, err := s.Settings.Current(ctx)
	if err != nil {
		return l, err
	}
	l.Days = rules.DeletionFor()
	here, err := s.Sessions.Of(ctx, u)
	if err != nil {
		return l, err
	}
	allowed, err := s.Grants.ByUser(ctx, u.ID)
	if err != nil {
		return l, err
	}
	linked, err := s.Linking.ByUser(ctx, u.ID)
	if err != nil {
		return l, err
	}
	keys, err := s.Passkeys.Of(ctx, u.ID)
	l.Sessions, l.Apps, l.Identities, l.Passkeys = len(here), len(allowed), len(linked), len(keys)
	return l, err
}

// RequestDeletion notes that a user wants their account to be deleted, ends
// everything but the session that asks, and emails a link to cancel it.
// users.ErrLastAdmin refuses the last administrator.
func (s *Service) RequestDeletion(ctx context.Context, by audit.Actor, p sessions.Person, now time.Time) (users.User, error) {
	rules, err := s.Settings.Current(ctx)
	if err != nil {
		return users.User{}, err
	}
	if rules.DeletionFor() == 0 {
		return users.User{}, ErrDeletionOff
	}
	u, err := s.Users.RequestDeletion(ctx, p.User.ID, now.Add(rules.DeletionWait()))
	if err != nil {
		return users.User{}, err
	}
	s.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.DeletionAsked, Target: u.ID, Detail: map[string]string{"due": u.DeletionDue.Format(time.RFC3339)}}))
	err = s.Sessions.Renew(ctx, p.Session, u.SessionGeneration)
	if err != nil && !errors.Is(err, sessions.ErrNobody) {
		return users.User{}, err
	}
	if err := s.Logouts.EndAll(ctx, u); err != nil {
		return users.User{}, err
	}
	return u, s.MailLinks.DeletionAsked(ctx, u)
}

// CancelDeletion keeps the account of a user who changed their mind;
// users.ErrNotLeaving if there is nothing to cancel.
func (s *Service) CancelDeletion(ctx context.Context, by audit.Actor, id string) error {
	u, err := s.Users.CancelDeletion(ctx, id)
	if err != nil {
		return err
	}
	s.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.DeletionCancelled, Target: u.ID}))
	return s.MailLinks.Drop(ctx, maillinks.Deletion, u.ID)
}
