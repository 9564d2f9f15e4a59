package claims

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"slices"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/fields"
)

// UserFields are the user fields that administrators defined.
func (s *Service) UserFields(ctx context.Context) ([]fields.Field, error) {
	return s.Settings.UserFields(ctx)
}

// AddField defines a user field. Mistakes are forms.Problems.
func (s *Service) AddField(ctx context.Context, by audit.Actor, f fields.Field) error {
	f.ID = rand.Text()
	return s.changeFields(ctx, by, func(now *settings.Settings) { now.Fields = append(slices.Clone(now.Fields), f) })
}

// ErrNoField means that no user field has this name.
var ErrNoField = errors.New("there is no user field with this name")

// RemoveField deletes a user field. Its values are not shown any more and no claim
// has them; the record of a user loses them with its next change.
func (s *Service) RemoveField(ctx context.Context, by audit.Actor, name string) error {
	found := false
	err := s.changeFields(ctx, by, func(now *settings.Settings) {
		kept := slices.DeleteFunc(slices.Clone(now.Fields), func(f fields.Field) bool { return f.Name == name })
		found = len(kept) < len(now.Fields)
		now.Fields = kept
	})
	if err == nil && !found {
		return ErrNoField
	}
	return err
}

func (s *Service) changeFields(ctx context.Context, by audit.Actor, edit func(*settings.Settings)) error {
	var before, after audit.Fields
	err := s.Settings.Change(ctx, by.Name, func(now *settings.Settings) {
		before = names(now.Fields)
		edit(now)
		after = names(now.Fields)
	})
	if err == nil {
		if changes := before.To(after); len(changes) > 0 {
			s.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.SettingsSaved, Changes: changes}))
		}
	}
	return err
}

// names are the fields as audit events list them.
func names(all []fields.Field) audit.Fields {
	f := audit.Fields{}
	for _, one := range all {
		f["fields."+one.Name] = one.Type
	}
	return f
}

// ChangeUserFields changes a user's values of fields, by the names of the fields.
// Mistakes are forms.Problems, by "field_" and the name. An unknown name is
// ErrNoField, an unknown user fs.ErrNotExist.
func (s *Service) ChangeUserFields(ctx context.Context, by audit.Actor, userID string, typed map[string]string) (users.User, error) {
	return s.change(ctx, by, userID, typed, func(fields.Field) bool { return true })
}

// ChangeOwnFields is ChangeUserFields by the user: other fields than those that
// users edit are fs.ErrPermission.
func (s *Service) ChangeOwnFields(ctx context.Context, by audit.Actor, userID string, typed map[string]string) (users.User, error) {
	return s.change(ctx, by, userID, typed, func(f fields.Field) bool { return f.Edited })
}

func (s *Service) change(ctx context.Context, by audit.Actor, userID string, typed map[string]string, may func(fields.Field) bool) (users.User, error) {
	defined, err := s.Settings.UserFields(ctx)
	if err != nil {
		return users.User{}, err
	}
	for name := range typed {
		f, known := fields.Named(defined, name)
		if !known {
			return users.User{}, ErrNoField
		}
		if !may(f) {
			return users.User{}, fs.ErrPermission
		}
	}
	before, after, err := s.setFields(ctx, userID, defined, typed)
	if err != nil {
		return users.User{}, err
	}
	changes := audit.Fields(fields.Texts(defined, before.Fields)).To(fields.Texts(defined, after.Fields))
	if len(changes) > 0 {
		s.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.UserChanged, Target: userID, Changes: changes}))
	}
	return after, nil
}

// setFields changes a user's values of the typed fields. Values of deleted fields
// go. Mistakes are forms.Problems.
func (s *Service) setFields(ctx context.Context, userID string, defined []fields.Field, typed map[string]string) (before, after users.User, err error) {
	clean, problems := fields.Clean(defined, typed)
	if err := problems.Err(); err != nil {
		return before, after, err
	}
	after, err = s.Users.Change(ctx, userID, func(u *users.User) error {
		before = *u
		values := fields.Merge(defined, u.Fields, clean)
		if slices.Equal(values, u.Fields) {
			return store.ErrUnchanged
		}
		u.Fields = values
		return nil
	})
	return before, after, err
}
