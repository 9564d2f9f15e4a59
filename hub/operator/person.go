package operator

import (
	"context"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/users"
)

// ChangeProfile replaces what a person shows. What is wrong with it is
// forms.Problems, by the names of the claims.
func (s *Service) ChangeProfile(ctx context.Context, by audit.Actor, id string, p users.Profile) (users.User, error) {
	u, err := s.parts.Users.SetProfile(ctx, id, p)
	if err == nil {
		s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.UserChanged, Target: id}))
	}
	return u, err
}

// ChangeEmail gives a person another address, which somebody answers for or not.
// One that another person has is fs.ErrExist. The address before is told, if it
// was theirs.
func (s *Service) ChangeEmail(ctx context.Context, by audit.Actor, id, email string, verified bool) (users.User, error) {
	before, err := s.parts.Users.Get(ctx, id)
	if err != nil {
		return users.User{}, err
	}
	u, err := s.parts.Users.SetEmail(ctx, id, email, verified)
	if err != nil {
		return users.User{}, err
	}
	s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.UserChanged, Target: id, Detail: map[string]string{"email": u.Email}}))
	return u, s.parts.MailLinks.Replaced(ctx, before, u)
}

// Sessions lists where a person is signed in, the one last seen first.
func (s *Service) Sessions(ctx context.Context, u users.User) ([]sessions.Session, error) {
	if u.Disabled {
		return nil, nil // signed in nowhere
	}
	return s.parts.Sessions.Of(ctx, u)
}

// Consents lists what a person allowed apps.
func (s *Service) Consents(ctx context.Context, userID string) ([]grants.Grant, error) {
	return s.parts.Grants.ByUser(ctx, userID)
}
