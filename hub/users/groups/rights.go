package groups

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
)

// Rights are what a user has because of groups.
type Rights struct {
	Names        []string // of the groups, sorted
	Roles        []string // sorted
	SecondFactor bool     // one of the groups requires a second factor
}

// Rights returns what these groups give. A deleted group gives nothing. A group
// that cannot be read is an error, never a missing right: it may require a
// second factor.
func (s *Service) Rights(ctx context.Context, ids []string) (Rights, error) {
	var r Rights
	if len(ids) == 0 {
		return r, nil
	}
	seen := map[string]bool{}
	add := func(g Group) {
		if seen[g.ID] || !g.exists() {
			return
		}
		seen[g.ID] = true
		r.Names = append(r.Names, g.Name)
		r.Roles = append(r.Roles, g.Roles...)
		r.SecondFactor = r.SecondFactor || g.SecondFactor
	}
	for _, id := range ids {
		g, err := s.known(ctx, id)
		if err != nil {
			return Rights{}, err
		}
		if add(g); g.Parent == "" || !g.exists() {
			continue
		}
		parent, err := s.known(ctx, g.Parent)
		if err != nil {
			return Rights{}, err
		}
		add(parent)
	}
	slices.SortFunc(r.Names, func(a, b string) int { return strings.Compare(a, b) })
	slices.Sort(r.Roles)
	r.Roles = slices.Compact(r.Roles)
	return r, nil
}

// Giving returns the ids of the groups that give a role, themselves or through
// their parent.
func (s *Service) Giving(ctx context.Context, role string) ([]string, error) {
	all, err := s.cached.Get(ctx)
	if err != nil {
		return nil, err
	}
	var ids []string
	for id, g := range all {
		if g.exists() && (g.Has(role) || all[g.Parent].exists() && all[g.Parent].Has(role)) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids, nil
}

// known is a group, at most freshFor old. A group that the cache lacks may be
// new, so it is read; one that is gone is a deleted one.
func (s *Service) known(ctx context.Context, id string) (Group, error) {
	all, err := s.cached.Get(ctx)
	if err != nil {
		return Group{}, err
	}
	if g, found := all[id]; found {
		return g, nil
	}
	g, err := s.groups.Get(ctx, id)
	if errors.Is(err, fs.ErrNotExist) {
		return Group{ID: id, Deleted: s.now()}, nil
	}
	return g, err
}
