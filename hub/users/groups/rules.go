package groups

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/fedhub/fedhub/internal/forms"
)

const (
	maxName        = 100 // code points
	maxDescription = 500
)

// apply checks an edit and writes it into a group.
func (s *Service) apply(ctx context.Context, g *Group, e Edit) error {
	var p forms.Problems
	name := norm.NFC.String(strings.TrimSpace(e.Name))
	if name == "" || !line(name, maxName) {
		p.Add("name", "group.name.bad", "max", maxName)
	}
	description := strings.TrimSpace(e.Description)
	if !line(description, maxDescription) {
		p.Add("description", "group.description.bad", "max", maxDescription)
	}
	roles, unclear := s.cleanRoles(e.Roles)
	p = append(p, unclear...)
	if slices.Contains(roles, AdminRole) { // a role of that weight is not a word among others
		p.Add("roles", "user.role.admin")
	}
	if e.Administrators {
		roles = append(roles, AdminRole)
		slices.Sort(roles)
	}
	nested, err := s.nesting(ctx, g.ID, e.Parent)
	if err != nil {
		return err
	}
	if err := append(p, nested...).Err(); err != nil {
		return err
	}
	g.Name, g.NameKey, g.Description, g.Roles, g.Parent, g.SecondFactor = name, nameKey(name), description, roles, e.Parent, e.SecondFactor
	g.Updated = s.now()
	g.Edited++
	return nil
}

// nesting allows one level: a parent has no parent, and a group with children
// gets none. Two changes at the same time can still make two levels; Rights
// follows only one, so no user gets more than the first level gives.
func (s *Service) nesting(ctx context.Context, id, parent string) (forms.Problems, error) {
	if parent == "" {
		return nil, nil
	}
	if parent == id {
		return forms.New("parent", "group.parent.self"), nil
	}
	above, err := s.Get(ctx, parent)
	if errors.Is(err, fs.ErrNotExist) {
		return forms.New("parent", "group.parent.gone"), nil
	}
	if err != nil {
		return nil, err
	}
	if above.Parent != "" {
		return forms.New("parent", "group.parent.deep", "name", above.Name), nil
	}
	below, err := s.groups.CountWhere(ctx, "parent", id, 1)
	if err == nil && below > 0 {
		return forms.New("parent", "group.parent.children"), nil
	}
	return nil, err
}

// line reports whether a text is one visible line of at most max code points.
func line(text string, max int) bool {
	return utf8.ValidString(text) && utf8.RuneCountInString(text) <= max &&
		!strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsGraphic(r) && r != '\u200c' && r != '\u200d' })
}
