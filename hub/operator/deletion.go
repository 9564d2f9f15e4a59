package operator

import (
	"context"
	"errors"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/users"
)

// CancelDeletion keeps the account of a user who asked for its deletion;
// users.ErrNotLeaving if there is nothing to cancel.
func (s *Service) CancelDeletion(ctx context.Context, by audit.Actor, id string) error {
	return s.parts.CancelDeletion(ctx, by, id)
}

// mostDeleted is how many accounts DeleteDue deletes at once.
const mostDeleted = 20

// DeleteDue deletes accounts whose users asked for it, after the waiting time.
// It can be repeated after a failure, and several processes may do it at once.
func (s *Service) DeleteDue(ctx context.Context) error {
	due, err := s.parts.Users.DueForDeletion(ctx, mostDeleted)
	if err != nil {
		return err
	}
	var failed error
	for _, u := range due {
		// One failure does not stop the others.
		failed = errors.Join(failed, s.deleteDue(ctx, u.ID))
	}
	return failed
}

func (s *Service) deleteDue(ctx context.Context, id string) error {
	u, err := s.parts.Users.BeginDeletion(ctx, id)
	if errors.Is(err, users.ErrNotLeaving) {
		return nil // cancelled meanwhile
	}
	if err != nil {
		return err
	}
	done, err := s.removeUser(ctx, audit.Actor{ID: "schedule"}, u)
	if err != nil || !done {
		return err
	}
	return s.parts.MailLinks.Deleted(ctx, u)
}
