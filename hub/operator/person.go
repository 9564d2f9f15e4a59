package operator

import (
	"context"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/users"
)

// ChangeProfile replaces a user's profile. Mistakes are forms.Problems, by the
// names of the claims.
func (s *Service) ChangeProfile(ctx context.Context, by audit.Actor, id string, p users.Profile) (users.User, error) {
	u, err := s.parts.Users.SetProfile(ctx, id, p)
	if err == nil {
		s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.UserChanged, Target: id}))
	}
	return u, err
}

// ChangeEmail gives a user another address, confirmed or not. An address of
// another user is fs.ErrExist. The earlier address is notified if it was
// confirmed.
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

// Sessions lists a user's sessions, the one seen last first.
func (s *Service) Sessions(ctx context.Context, u users.User) ([]sessions.Session, error) {
	if u.Disabled {
		return nil, nil // the user has none
	}
	return s.parts.Sessions.Of(ctx, u)
}

// Consents lists what a user allowed apps.
func (s *Service) Consents(ctx context.Context, userID string) ([]grants.Grant, error) {
	return s.parts.Grants.ByUser(ctx, userID)
}

// ChangeSignIn gives a user another user name or phone number to sign in with; nil
// leaves it, and an empty text removes it. A user name of another user is
// fs.ErrExist.
func (s *Service) ChangeSignIn(ctx context.Context, by audit.Actor, id string, name, phone *string) (users.User, error) {
	u, err := s.parts.Users.SetSignIn(ctx, id, name, phone)
	if err == nil {
		detail := map[string]string{}
		if name != nil {
			detail["user_name"] = u.SignInName
		}
		if phone != nil {
			detail["phone"] = map[bool]string{true: "set", false: "removed"}[u.SignInPhone != ""]
		}
		s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.UserChanged, Target: id, Detail: detail}))
	}
	return u, err
}
