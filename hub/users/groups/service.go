package groups

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/internal/cache"
	"github.com/fedhub/fedhub/internal/forms"
)

// freshFor is how late a process may see another process's change of a group.
// The end of a membership is seen at once, because the user's record has it.
const (
	freshFor  = 2 * time.Second
	readLimit = 10 * time.Second
)

// A Service keeps all groups and applies the rules for them. It is safe for
// concurrent use, and several may work on one database.
type Service struct {
	groups     *store.Collection[Group]
	members    *store.Collection[Member]
	cached     *cache.Value[map[string]Group]
	cleanRoles func([]string) ([]string, forms.Problems)
	now        func() time.Time
}

// Options are the parts of a Service; all are required.
type Options struct {
	Groups     *store.Collection[Group]
	Members    *store.Collection[Member]
	CleanRoles func([]string) ([]string, forms.Problems) // users.CleanRoles
	Now        func() time.Time
}

// New returns a Service.
func New(o Options) *Service {
	s := &Service{groups: o.Groups, members: o.Members, cleanRoles: o.CleanRoles, now: func() time.Time { return o.Now().UTC().Truncate(time.Millisecond) }}
	s.cached = &cache.Value[map[string]Group]{Fetch: s.load, Fresh: freshFor, Limit: readLimit, Now: o.Now}
	return s
}

// load reads all groups but those that cannot be read. Their members are refused,
// because such a group may require a second factor: known reads it by itself.
func (s *Service) load(ctx context.Context) (map[string]Group, error) {
	all := map[string]Group{}
	for g, err := range s.groups.Each(ctx, store.Query{}) {
		if err != nil {
			return nil, fmt.Errorf("list groups: %w", err)
		}
		all[g.ID] = g
	}
	return all, nil
}

// List returns every group, sorted by name.
func (s *Service) List(ctx context.Context) ([]Group, error) {
	all, err := s.cached.Get(ctx)
	if err != nil {
		return nil, err
	}
	var list []Group
	for _, g := range all {
		if g.exists() {
			list = append(list, g)
		}
	}
	slices.SortFunc(list, func(a, b Group) int { return cmp.Or(cmp.Compare(a.NameKey, b.NameKey), cmp.Compare(a.ID, b.ID)) })
	return list, nil
}

// Get returns one group; fs.ErrNotExist if there is none with this id.
func (s *Service) Get(ctx context.Context, id string) (Group, error) {
	g, err := s.groups.Get(ctx, id)
	if err == nil && !g.exists() {
		err = fmt.Errorf("group %w", fs.ErrNotExist)
	}
	return g, err
}

// Named returns the group with this name, in any letter case.
func (s *Service) Named(ctx context.Context, name string) (Group, error) {
	return s.groups.By(ctx, "nameKey", nameKey(name))
}

// Edit is what an administrator sets of a group.
type Edit struct {
	Name, Description string
	Roles             []string // without that of administrators
	Administrators    bool
	Parent            string // id of a group; empty: none
	SecondFactor      bool
}

// EditOf is what is set now.
func EditOf(g Group) Edit {
	return Edit{Name: g.Name, Description: g.Description, Roles: g.PlainRoles(), Administrators: g.Administrators(), Parent: g.Parent, SecondFactor: g.SecondFactor}
}

// Most is how many groups a hub may have: every process keeps all of them in
// memory.
const Most = 1000

// Add stores a new group. Mistakes are forms.Problems.
func (s *Service) Add(ctx context.Context, e Edit) (Group, error) {
	all, err := s.List(ctx)
	if err != nil {
		return Group{}, err
	}
	if len(all) >= Most {
		return Group{}, forms.New("name", "group.many", "max", Most).Err()
	}
	g := Group{ID: uuid.NewString(), Created: s.now()}
	if err := s.apply(ctx, &g, e); err != nil {
		return Group{}, err
	}
	err = s.groups.Insert(ctx, g)
	if errors.Is(err, fs.ErrExist) {
		return Group{}, forms.New("name", "group.name.taken").Err()
	}
	s.cached.Doubt()
	return g, err
}

// A ConflictError refuses a form that shows an older version of the group.
type ConflictError struct{ Now Group }

func (*ConflictError) Error() string { return "the group was changed meanwhile" }

// Change changes a group. edited is the Group.Edited of what the form showed: if
// the group was changed since, the error is a *ConflictError. Below zero, that
// is not checked. Mistakes are forms.Problems.
func (s *Service) Change(ctx context.Context, id string, edited int64, e Edit) (before, after Group, err error) {
	err = s.groups.Update(ctx, id, func(g *Group) error {
		switch before = *g; {
		case !g.exists():
			return fmt.Errorf("group %w", fs.ErrNotExist)
		case edited >= 0 && g.Edited != edited:
			return &ConflictError{*g}
		}
		if err := s.apply(ctx, g, e); err != nil {
			return err
		}
		after = *g
		return nil
	})
	s.cached.Doubt()
	if errors.Is(err, fs.ErrExist) {
		err = forms.New("name", "group.name.taken").Err()
	}
	return before, after, err
}

// Delete marks a group as deleted. From then on it gives nothing, and its name
// is free; Clean removes what is left of it.
func (s *Service) Delete(ctx context.Context, id string) (Group, error) {
	var before Group
	err := s.groups.Update(ctx, id, func(g *Group) error {
		if before = *g; !g.exists() {
			return fmt.Errorf("group %w", fs.ErrNotExist)
		}
		g.Deleted, g.NameKey, g.Updated = s.now(), "", s.now()
		g.Edited++
		return nil
	})
	s.cached.Doubt()
	return before, err
}

// Children returns the groups that belong to a group.
func (s *Service) Children(ctx context.Context, id string) ([]Group, error) {
	list, err := s.List(ctx)
	return slices.DeleteFunc(list, func(g Group) bool { return g.Parent != id }), err
}

func nameKey(name string) string { return strings.ToLower(strings.TrimSpace(name)) }
