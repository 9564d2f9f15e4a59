package operator

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/logouts"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/listing"
	"github.com/fedhub/fedhub/internal/forms"
)

// Filters of UserFilter.Only, besides those of listing.Service.Browse.
const (
	OnlyAdministrators = "administrators"
	OnlyWithoutSecond  = "no-second-factor"
)

// A UserFilter selects users for a list. Provider and Group come before Only and
// Search, and Search before Only. After is the cursor of the last page.
type UserFilter struct {
	Search, Only, Newest, Provider, Group, After string
}

// ListUsers returns up to limit users, and the next cursor; empty if there are no
// more. A page can be shorter than limit and have a successor.
func (s *Service) ListUsers(ctx context.Context, f UserFilter, limit int) (list []users.User, next string, err error) {
	switch {
	case f.Group != "":
		members, next, err := s.Members(ctx, f.Group, f.After, limit)
		for _, m := range members {
			list = append(list, m.User)
		}
		return list, next, err
	case f.Provider != "":
		return s.usersOf(ctx, f.Provider, f.After, limit)
	case f.Search != "":
		return s.parts.Listing.Search(ctx, f.Search, f.After, limit)
	case f.Only == OnlyAdministrators:
		list, err = s.parts.Users.Admins(ctx)
		return list, "", err
	}
	order := f.Only
	if order == "" && f.Newest != "" {
		order = listing.Newest
	} else if order == OnlyWithoutSecond {
		order = listing.ByName
	}
	if list, err = s.parts.Listing.Browse(ctx, order, f.After, limit); err != nil {
		return nil, "", err
	}
	if len(list) == limit {
		next = list[limit-1].ID
	}
	if f.Only == OnlyWithoutSecond {
		list, err = s.withoutSecond(ctx, list)
	}
	return list, next, err
}

func (s *Service) usersOf(ctx context.Context, provider, after string, limit int) (list []users.User, next string, err error) {
	linked, err := s.parts.Linking.OfKey(ctx, provider, after, limit)
	if err != nil {
		return nil, "", err
	}
	for _, i := range linked {
		u, err := s.parts.Users.Get(ctx, i.UserID)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, "", err
		}
		if err == nil && !slices.ContainsFunc(list, func(o users.User) bool { return o.ID == u.ID }) {
			list = append(list, u)
		}
	}
	if len(linked) == limit {
		next = linked[limit-1].ID
	}
	return list, next, nil
}

func (s *Service) withoutSecond(ctx context.Context, all []users.User) ([]users.User, error) {
	var list []users.User
	for _, u := range all {
		has, err := s.HasSecondFactor(ctx, u.ID)
		if err != nil {
			return nil, err
		}
		if !has {
			list = append(list, u)
		}
	}
	return list, nil
}

// CountUsers counts the users of a filter, up to MostRecords; known is false
// where they would have to be looked at one by one.
func (s *Service) CountUsers(ctx context.Context, f UserFilter) (n int, known bool, err error) {
	switch {
	case f.Group != "":
		n, err = s.CountMembers(ctx, f.Group)
	case f.Provider != "", f.Search != "", f.Only == OnlyWithoutSecond:
		return 0, false, nil
	case f.Only == OnlyAdministrators:
		var all []users.User
		all, err = s.parts.Users.Admins(ctx)
		n = len(all)
	default:
		n, err = s.parts.Listing.CountOf(ctx, f.Only, MostRecords)
	}
	return n, true, err
}

// SetAdministrator makes a user an administrator of this hub, or ends it.
func (s *Service) SetAdministrator(ctx context.Context, by audit.Actor, id string, on bool) (users.User, error) {
	if by.ID == id && !on {
		return users.User{}, ErrMyself
	}
	before, u, err := s.parts.Users.SetAdministrator(ctx, id, on)
	if err == nil && before.OwnAdmin() != on {
		s.rolesChanged(ctx, by, before, u)
	}
	return u, err
}

// SetPlainRoles replaces the roles of a user besides that of administrators.
func (s *Service) SetPlainRoles(ctx context.Context, by audit.Actor, id string, roles []string) (users.User, error) {
	if slices.ContainsFunc(roles, func(role string) bool { return strings.TrimSpace(role) == users.AdminRole }) {
		return users.User{}, forms.New("roles", "user.role.admin").Err()
	}
	before, u, err := s.parts.Users.SetPlainRoles(ctx, id, roles)
	if err == nil {
		s.rolesChanged(ctx, by, before, u)
	}
	return u, err
}

func (s *Service) rolesChanged(ctx context.Context, by audit.Actor, before, after users.User) {
	s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.RolesChanged, Target: after.ID, Changes: audit.Roles(before.Roles, after.Roles),
		Detail: map[string]string{"roles": strings.Join(after.Roles, ", ")}}))
}

// EditProfile is ChangeProfile for a form that shows the version `seen`; another
// version is users.ErrEdited.
func (s *Service) EditProfile(ctx context.Context, by audit.Actor, id string, seen int64, edit func(*users.Profile)) (users.User, error) {
	u, err := s.parts.Users.EditProfile(ctx, id, seen, edit)
	if err == nil {
		s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.UserChanged, Target: id}))
	}
	return u, err
}

// EndSession ends one session of a user.
func (s *Service) EndSession(ctx context.Context, by audit.Actor, userID, sid string) error {
	of, err := s.parts.Sessions.One(ctx, userID, sid)
	if err != nil {
		return err
	}
	if err := s.parts.Logouts.End(ctx, of); err != nil {
		return err
	}
	s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.SessionsEnded, Target: userID, Detail: map[string]string{"which": "one"}}))
	return nil
}

// Receipt lists the sign-out notices of a deletion, with who answered. They are
// kept as long as the sign-out log.
func (s *Service) Receipt(ctx context.Context, userID string) ([]logouts.SignOut, error) {
	return s.parts.Logouts.Receipt(ctx, userID)
}
