package openid

import (
	"cmp"
	"slices"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/mapping"
)

// pick returns an object that has one member, what the path leads to, by the
// path's text.
func pick(o object, path string) object {
	p, err := federation.ParsePath(path)
	if err != nil {
		return nil
	}
	value, found := o.At(p)
	if !found {
		return nil
	}
	return object{path: value}
}

// description reads what documents say about a person, where the key says
// that it is.
type description struct {
	documents []object
}

func (d description) text(place, usual string, max int) string {
	place = cmp.Or(place, usual)
	for _, document := range d.documents {
		if text := federation.CleanText(pick(document, place).Loose(place), max); text != "" {
			return text
		}
	}
	return ""
}

// theirRoles are what the upstream calls them: where the key says, else in the
// two claims that everybody uses.
func (c *Connector) theirRoles(documents ...object) []mapping.Name {
	places := []string{"roles", "groups"}
	if c.key.Claims.Roles != "" {
		places = []string{c.key.Claims.Roles}
	}
	var roles []mapping.Name
	for _, document := range documents {
		for _, place := range places {
			for _, role := range mapping.Names(pick(document, place)[place], c.key.Claims.RolesText) {
				if !slices.Contains(roles, role) {
					roles = append(roles, role)
				}
			}
		}
	}
	return roles
}

// wantsMore tells whether a scope was asked for whose claims are missing, or
// something that the key has a place or a rule for.
func (c *Connector) wantsMore(doc Discovery, claims object) bool {
	scopes, places := c.scopes(doc), c.key.Claims
	missing := func(scope string, names ...string) bool {
		return slices.Contains(scopes, scope) && !slices.ContainsFunc(names, claims.Says)
	}
	for _, place := range []string{
		places.Email, places.EmailVerified, places.Name, places.GivenName, places.FamilyName,
		places.Username, places.Picture, places.Locale, places.Roles,
	} {
		if place != "" && !pick(claims, place).Says(place) {
			return true
		}
	}
	rules := len(c.key.RoleMap) > 0 && places.Roles == "" && !claims.Says("roles") && !claims.Says("groups")
	return rules || missing("email", "email") || missing("profile", "name", "given_name", "preferred_username") || missing("roles", "roles")
}
