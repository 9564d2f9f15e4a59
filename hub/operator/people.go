package operator

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/users"
)

// ErrMyself is the error of an act by which somebody would lock themselves out.
var ErrMyself = errors.New("nobody takes their own administration away")

// SwitchUser disables a person, or enables them again. The epoch ends every
// session, token and approval at once, and whoever has a session of theirs is
// told: apps, and other hubs, which end theirs. An upstream cannot let them in
// again.
func (s *Service) SwitchUser(ctx context.Context, by audit.Actor, id string, off bool) (users.User, error) {
	if off && by.ID == id {
		return users.User{}, ErrMyself
	}
	u, err := s.parts.Users.SetDisabled(ctx, id, off)
	if err != nil {
		return users.User{}, err
	}
	kind := audit.UserEnabled
	if off {
		kind = audit.UserDisabled
	}
	s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: kind, Target: id}))
	return u, s.parts.Logouts.EndAll(ctx, u)
}

// EndSessions ends everything that was issued to a person; they may sign in
// again.
func (s *Service) EndSessions(ctx context.Context, by audit.Actor, id string) error {
	u, err := s.parts.Users.EndEverything(ctx, id)
	if err != nil {
		return err
	}
	s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.SessionsEnded, Target: id, Detail: map[string]string{"which": "all"}}))
	return s.parts.Logouts.EndAll(ctx, u)
}

// SetRoles replaces the roles of a person.
func (s *Service) SetRoles(ctx context.Context, by audit.Actor, id string, roles []string) (users.User, error) {
	if by.ID == id && !slices.Contains(roles, users.AdminRole) {
		return users.User{}, ErrMyself
	}
	u, err := s.parts.Users.SetRoles(ctx, id, roles)
	if err == nil {
		s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.RolesChanged, Target: id, Detail: map[string]string{"roles": strings.Join(u.Roles, ", ")}}))
	}
	return u, err
}

// Unlink takes an identity from a person, and ends what was issued to them.
func (s *Service) Unlink(ctx context.Context, by audit.Actor, userID, identityID string) error {
	linked, err := s.parts.Linking.ByUser(ctx, userID)
	if err != nil {
		return err
	}
	u, err := s.parts.Linking.Unlink(ctx, userID, identityID, by.Name)
	if err != nil {
		return err
	}
	key, _, _ := strings.Cut(identityID, "/")
	s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.LinkRemoved, Target: userID, LoginKey: key}))
	err = s.parts.Logouts.EndAll(ctx, u)
	for _, i := range linked {
		if i.ID == identityID {
			err = errors.Join(err, s.parts.UpstreamTokens.Disconnect(ctx, i))
		}
	}
	return err
}
