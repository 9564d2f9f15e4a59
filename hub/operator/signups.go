package operator

import (
	"context"

	"github.com/fedhub/fedhub/hub/audit"
)

// ApproveUser lets a user in who signed up and waits, and emails them;
// users.ErrNotWaiting for others.
func (s *Service) ApproveUser(ctx context.Context, by audit.Actor, id string) error {
	u, err := s.parts.Users.Approve(ctx, id)
	if err != nil {
		return err
	}
	s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.UserApproved, Target: id}))
	return s.parts.MailLinks.Approved(ctx, u)
}

// RefuseUser deletes a user who signed up and waits; users.ErrNotWaiting for
// others. A user who was approved just now stays.
func (s *Service) RefuseUser(ctx context.Context, by audit.Actor, id string) error {
	if _, err := s.parts.Users.Refuse(ctx, id); err != nil {
		return err
	}
	s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.UserRefused, Target: id}))
	return s.RemoveUser(ctx, by, id)
}
