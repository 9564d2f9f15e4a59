package users

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/fedhub/fedhub/hub/users/tidy"
	"github.com/fedhub/fedhub/internal/emailaddr"
	"github.com/fedhub/fedhub/internal/forms"
)

const (
	maxRole  = 64 // code points
	maxRoles = 100
)

// TidyEmail keeps an address as it was typed, if it can be shown.
func TidyEmail(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > emailaddr.MaxLength || s != tidy.Name(s) {
		return ""
	}
	return s
}

// CleanRoles sorts roles, removes duplicates and refuses unreadable ones, with
// a problem for the form.
func CleanRoles(roles []string) (clean []string, problems forms.Problems) {
	var out []string
	for _, role := range roles {
		role = strings.TrimSpace(role)
		if role == "" {
			continue
		}
		if _, group := GroupOf(role); group || role != tidy.Name(role) || utf8.RuneCountInString(role) > maxRole {
			return nil, forms.New("roles", "user.role.bad", "max", maxRole)
		}
		out = append(out, role)
	}
	slices.Sort(out)
	out = slices.Compact(out)
	if len(out) > maxRoles {
		return nil, forms.New("roles", "user.roles.many", "max", maxRoles)
	}
	return out, nil
}
