package openid

import (
	"slices"

	reading "github.com/fedhub/fedhub/federation/internal/claims"
	"github.com/fedhub/fedhub/federation/mapping"
)

// described reads the user's profile from documents, by the key's paths.
func (c *Connector) described(documents ...object) reading.Description {
	d := reading.Description{At: c.key.Claims}
	for _, document := range documents {
		d.Documents = append(d.Documents, reading.Of(document))
	}
	return d
}

// roles are those in the two usual claims, unless the key has a path.
func (c *Connector) roles(documents ...object) reading.Roles {
	return c.described(documents...).Roles(mapping.Rules(c.key.RoleMap), "roles", "groups")
}

// A want is what the id_token lacks and the userinfo may have.
type want int

const (
	nothing     want = iota
	description      // a name or a picture, for display only
	decision         // an address or roles, which matter for decisions
)

// wants reports whether claims are missing for a requested scope, or for a path
// or rule of the key.
func (c *Connector) wants(doc Discovery, claims object) want {
	scopes, places, said := c.scopes(doc), c.key.Claims, reading.Of(claims)
	missing := func(scope string, names ...string) bool {
		return slices.Contains(scopes, scope) && !slices.ContainsFunc(names, claims.Says)
	}
	gap := func(places ...string) bool {
		return slices.ContainsFunc(places, func(place string) bool {
			_, found := said.At(place)
			return place != "" && !found
		})
	}
	rules := len(c.key.RoleMap) > 0 && places.Roles == "" && !claims.Says("roles") && !claims.Says("groups")
	grouped := slices.ContainsFunc(c.key.GroupMap, func(r mapping.GroupRule) bool { return gap(r.Claim) })
	switch {
	case rules || grouped || gap(places.Email, places.EmailVerified, places.Roles) || missing("email", "email") || missing("roles", "roles"):
		return decision
	case gap(places.Name, places.GivenName, places.FamilyName, places.Username, places.Picture, places.Locale),
		missing("profile", "name", "given_name", "preferred_username"):
		return description
	}
	return nothing
}
