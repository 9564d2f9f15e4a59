package frappeimport

import (
	"slices"
	"strings"

	"github.com/fedhub/fedhub/hub/users"
)

// Roles of Frappe that are no roles of a person: everybody has them there, or
// only Administrator, whom no export brings here.
const (
	roleAll           = "All"
	roleGuest         = "Guest"
	roleDesk          = "Desk User"
	roleAdministrator = "Administrator"
	roleManager       = "System Manager"
)

// renamedAdmin is what a role of the site is called here that has the name of
// the one role that rules this hub.
const renamedAdmin = "admin (Frappe)"

// roleHere is what a role of the site is called here. Nothing that the export
// says makes an administrator of this hub.
func roleHere(role string) string {
	if role == users.AdminRole {
		return renamedAdmin
	}
	return role
}

// maxRoles is how many a person can have here.
const maxRoles = 100

// rolesHere are the roles of a person here. wanted are those that an app asks
// for; they come first where there are too many. dropped are those that cannot
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

// allowedHere are the roles of which somebody needs one to use an app; none
// lets in everybody.
func allowedHere(doc Doc) []string {
	var allowed []string
	for _, role := range doc.column("allowed_roles", "role") {
		if role == roleAll || role == roleGuest { // everybody has these there
			return nil
		}
		allowed = append(allowed, roleHere(role))
	}
	if len(allowed) == 0 && doc.lists("allowed_roles") {
		return []string{roleDesk} // which a site fills in itself: to it an empty list is nobody
	}
	slices.Sort(allowed)
	return slices.Compact(allowed)
}
