// Package claims has the use-cases of custom claims: mappings of applications,
// and user fields that administrators define. It is a part
// of package operator.
package claims

import (
	"context"
	"errors"
	"io/fs"

	"github.com/fedhub/fedhub/clients/claimmap"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/fields"
	"github.com/fedhub/fedhub/hub/users/groups"
	"github.com/fedhub/fedhub/internal/forms"
)

// A Service carries out what administrators ask for.
type Service struct {
	Settings *settings.Service
	Users    *users.Service
	Groups   *groups.Service
	Audit    *audit.Recorder
}

// CheckClaims returns what is wrong with the mappings of an application, also
// names of fields and groups that do not exist.
func (s *Service) CheckClaims(ctx context.Context, all []claimmap.Mapping, scopes []string) error {
	claimmap.Tidy(all)
	problems := claimmap.Check(all, scopes)
	for _, m := range all {
		found, err := s.missing(ctx, m)
		if err != nil {
			return err
		}
		problems = append(problems, found...)
	}
	return problems.Err()
}

// missing reports what a mapping names and the hub does not have.
func (s *Service) missing(ctx context.Context, m claimmap.Mapping) (forms.Problems, error) {
	switch m.Source {
	case claimmap.Field:
		defined, err := s.Settings.UserFields(ctx)
		if _, known := fields.Named(defined, m.Value); err != nil || known || isBuiltin(m.Value) {
			return nil, err
		}
		return forms.New("value", "claims.field.unknown", "claim", m.Claim, "field", m.Value), nil
	case claimmap.Group, claimmap.Groups:
		for _, name := range m.GroupNames() {
			g, err := s.Groups.Named(ctx, name)
			if errors.Is(err, fs.ErrNotExist) || err == nil && g.Name != name {
				return forms.New("value", "claims.group.unknown", "claim", m.Claim, "group", name), nil
			}
			if err != nil {
				return nil, err
			}
		}
	}
	return nil, nil
}

func isBuiltin(name string) bool {
	for _, builtin := range fields.Builtin() {
		if name == builtin {
			return true
		}
	}
	return false
}
