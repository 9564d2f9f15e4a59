package openid

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/fedhub/fedhub/federation"
)

// at follows a path through an object, with the careful reader on every level.
func (o object) at(path federation.Path) (json.RawMessage, bool) {
	if len(path) == 0 {
		return nil, false
	}
	// A claim may be named like the address of a web page, dots and all.
	if value, found := o[path.String()]; found {
		return value, true
	}
	value, found := o[path[0]]
	if !found || len(path) == 1 {
		return value, found
	}
	return inside(value, path[1:])
}

func inside(value json.RawMessage, path federation.Path) (json.RawMessage, bool) {
	switch value = bytes.TrimSpace(value); {
	case bytes.HasPrefix(value, []byte("{")):
		o, err := parseObject(value)
		if err != nil {
			return nil, false
		}
		return o.at(path)
	case bytes.HasPrefix(value, []byte("[")):
		var list []json.RawMessage
		if json.Unmarshal(value, &list) != nil {
			return nil, false
		}
		i, ok := federation.Index(path[0], len(list))
		if !ok || len(path) == 1 {
			return at(list, i, ok)
		}
		return inside(list[i], path[1:])
	}
	return nil, false
}

func at(list []json.RawMessage, i int, ok bool) (json.RawMessage, bool) {
	if !ok {
		return nil, false
	}
	return list[i], true
}

// pick returns an object whose one member, of the same name as the path's
// text, is what the path leads to.
func (o object) pick(path string) object {
	p, err := federation.ParsePath(path)
	if err != nil {
		return nil
	}
	value, found := o.at(p)
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
		if text := federation.CleanText(document.pick(place).loose(place), max); text != "" {
			return text
		}
	}
	return ""
}

// theirRoles are what the upstream calls them: where the key says, else in the
// two claims that everybody uses.
func (c *Connector) theirRoles(documents ...object) []string {
	places := []string{"roles", "groups"}
	if c.key.Claims.Roles != "" {
		places = []string{c.key.Claims.Roles}
	}
	var roles []string
	for _, document := range documents {
		for _, place := range places {
			found := words(document.pick(place), place)
			if c.key.Claims.Roles != "" && len(found) == 1 {
				found = strings.Fields(found[0]) // words, as in a scope
			}
			for _, role := range found {
				if !slices.Contains(roles, role) && len(roles) < maxRoles {
					roles = append(roles, role)
				}
			}
		}
	}
	return roles
}

// saysAt tells whether a document says something at a place.
func (o object) saysAt(place string) bool { return o.pick(place).says(place) }

// wantsMore tells whether a scope was asked for whose claims are missing, or
// something that the key has a place or a rule for.
func (c *Connector) wantsMore(doc Discovery, claims object) bool {
	scopes, places := c.scopes(doc), c.key.Claims
	missing := func(scope string, names ...string) bool {
		return slices.Contains(scopes, scope) && !slices.ContainsFunc(names, claims.says)
	}
	for _, place := range []string{
		places.Email, places.EmailVerified, places.Name, places.GivenName, places.FamilyName,
		places.Username, places.Picture, places.Locale, places.Roles,
	} {
		if place != "" && !claims.saysAt(place) {
			return true
		}
	}
	rules := len(c.key.RoleMap) > 0 && places.Roles == "" && !claims.says("roles") && !claims.says("groups")
	return rules || missing("email", "email") || missing("profile", "name", "given_name", "preferred_username") || missing("roles", "roles")
}
