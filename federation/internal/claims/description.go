package claims

import (
	"cmp"
	"slices"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/mapping"
	"github.com/fedhub/fedhub/internal/jsonx"
)

// Longest descriptions that are kept, in bytes.
const (
	maxName   = 200
	maxURL    = 2048
	maxLocale = 35 // RFC 5646 §4.4.1
)

// A Description is what documents say about one person, the most trusted
// first, and where the login key says that each thing is. It decides nothing
// about who somebody is, so a thing may be missing or of any shape, and is then
// as good as not said; the one exception are roles, which may be unknown.
type Description struct {
	Documents []Document
	At        federation.Claims
}

// Text is the first text that there is at a place of the key's, or else at the
// usual one.
func (d Description) Text(place, usual string, max int) string {
	for _, document := range d.Documents {
		if text := document.Text(cmp.Or(place, usual), max); text != "" {
			return text
		}
	}
	return ""
}

// Person is what only describes.
func (d Description) Person() federation.Identity {
	return federation.Identity{
		Name:              d.Text(d.At.Name, "name", maxName),
		GivenName:         d.Text(d.At.GivenName, "given_name", maxName),
		FamilyName:        d.Text(d.At.FamilyName, "family_name", maxName),
		PreferredUsername: d.Text(d.At.Username, "preferred_username", maxName),
		Locale:            d.Text(d.At.Locale, "locale", maxLocale),
		Picture:           Picture(d.Text(d.At.Picture, "picture", maxURL+1)),
	}
}

// Roles are what the upstream calls somebody's roles and groups.
type Roles struct {
	Theirs []mapping.Name
	// Elsewhere are the claims of which it says only that another place has
	// them (OpenID Connect Core §5.6.2). Nobody asks there, so whether the
	// person has the roles of before is not known.
	Elsewhere []string
	rules     mapping.Rules
}

// Roles reads them where the key says, else at the usual places.
func (d Description) Roles(rules mapping.Rules, usual ...string) Roles {
	if d.At.Roles != "" {
		usual = []string{d.At.Roles}
	}
	roles := Roles{rules: rules}
	seen := map[mapping.Name]bool{}
	for _, place := range usual {
		said := false
		for _, document := range d.Documents {
			value, found := document.At(place)
			said = said || found
			for _, name := range mapping.Names(value, d.At.RolesText) {
				if !seen[name] {
					seen[name] = true
					roles.Theirs = append(roles.Theirs, name)
				}
			}
		}
		if !said && slices.ContainsFunc(d.Documents, func(document Document) bool { return document.elsewhere(place) }) {
			roles.Elsewhere = append(roles.Elsewhere, place)
		}
	}
	return roles
}

// Here are the roles of this hub, and whether there may be more. Without rules
// there are none, whatever the upstream knows.
func (r Roles) Here() (roles []string, unknown bool) {
	return r.rules.Roles(r.Theirs), len(r.Elsewhere) > 0 && len(r.rules) > 0
}

// elsewhere reports whether the document says that another place has a claim:
// Entra ID does so for somebody in more than 200 groups, and by hasgroups where
// it has no room even for that. A _claim_names of another shape says nothing.
func (d Document) elsewhere(place string) bool {
	if place == "groups" && d.IsTrue("hasgroups") {
		return true
	}
	names, err := jsonx.ParseObject(d.object["_claim_names"])
	path, bad := federation.ParsePath(place)
	return err == nil && bad == nil && len(path) > 0 && (names.Has(place) || names.Has(path[0]))
}
