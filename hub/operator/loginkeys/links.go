package loginkeys

import (
	"context"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
)

// LinkBeforehand links an identity that has not signed in yet to a user. A
// decision to refuse gives the reason.
func (s *Service) LinkBeforehand(ctx context.Context, by audit.Actor, u users.User, c linking.Claim, p linking.Policy) (linking.Decision, error) {
	decision, err := s.parts.Linking.Provision(ctx, u, c, p, by.ID)
	if err == nil && decision.Action != linking.Refuse {
		s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.LinkMade, Target: u.ID, LoginKey: c.Key, Why: decision.Why,
			Detail: map[string]string{"row": decision.Row, "record": decision.Record}}))
	}
	return decision, err
}

// UndoLink undoes a change of a user's links, and signs the user out
// everywhere. The errors are those of linking.Service.Undo.
func (s *Service) UndoLink(ctx context.Context, by audit.Actor, record string) error {
	if r, err := s.parts.Linking.Record(ctx, record); err == nil && r.Action == linking.Moved && r.Standing() && by.ID != r.UserID {
		if err := s.reopen(ctx, r.LoginKey, r.Before.Issuer); err != nil {
			return err
		}
	}
	r, u, err := s.parts.Linking.Undo(ctx, record, by.ID)
	if err != nil {
		return err
	}
	s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.LinkUndone, Target: r.UserID, LoginKey: r.LoginKey, Detail: map[string]string{"record": r.ID}}))
	return s.endUndone(ctx, r, u)
}

// endUndone ends what was issued because of a link that was undone.
func (s *Service) endUndone(ctx context.Context, r linking.LinkEvent, u users.User) error {
	if r.Action == linking.Moved {
		if err := s.parts.UpstreamTokens.Disconnect(ctx, r.Before); err != nil {
			return err
		}
	}
	return s.parts.Logouts.EndAll(ctx, u)
}
