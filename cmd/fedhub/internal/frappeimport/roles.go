package frappeimport

import (
	"slices"
	"strings"

	"github.com/fedhub/fedhub/hub/users"
)

// Roles of Frappe that are not imported: all users of a site have them, or only
// Administrator, who is not imported.
const (
	roleAll           = "All"
	roleGuest         = "Guest"
	roleDesk          = "Desk User"
	roleAdministrator = "Administrator"
	roleManager       = "System Manager"
)

// renamedAdmin replaces a role of the site that has the name of this hub's
// administrator role.
const renamedAdmin = "admin (Frappe)"

// roleHere is the name of a role of the site here. No role of an export makes a
// user an administrator of this hub.
func roleHere(role string) string {
	if role == users.AdminRole {
		return renamedAdmin
	}
	return role
}

// maxRoles is how many roles a user can have here.
const maxRoles = 100

// rolesHere are the roles of a user here. wanted are roles that applications
// require; they are kept first if there are too many. dropped are those that cannot
// be kept.
func rolesHere(doc Doc, wanted []string, admins bool) (roles, dropped []string) {
	for _, role := range doc.column("roles", "role") {
		switch {
		case slices.Contains([]string{roleAll, roleGuest, roleDesk, roleAdministrator}, role):
		case !users.ValidRole(role):
			dropped = append(dropped, role)
		default:
			roles = append(roles, roleHere(role))
		}
		if role == roleManager && admins {
			roles = append(roles, users.AdminRole)
		}
	}
	if doc.text("user_type") == "System User" && slices.Contains(wanted, roleDesk) {
		roles = append(roles, roleDesk)
	}
	slices.SortFunc(roles, func(a, b string) int {
		first := func(role string) int {
			if role == users.AdminRole || slices.Contains(wanted, role) {
				return 0
			}
			return 1
		}
		if by := first(a) - first(b); by != 0 {
			return by
		}
		return strings.Compare(a, b)
	})
	if roles = slices.Compact(roles); len(roles) > maxRoles {
		dropped = append(dropped, roles[maxRoles:]...)
		roles = roles[:maxRoles]
	}
	return roles, dropped
}

// allowedHere are the roles that may use an application; none means all users.
func allowedHere(doc Doc) []string {
	var allowed []string
	for _, role := range doc.column("allowed_roles", "role") {
		if role == roleAll || role == roleGuest { // all users of a site have these
			return nil
		}
		allowed = append(allowed, roleHere(role))
	}
	if len(allowed) == 0 && doc.lists("allowed_roles") {
		return []string{roleDesk} // the default of a site: an empty list there admits no user
	}
	slices.Sort(allowed)
	return slices.Compact(allowed)
}
