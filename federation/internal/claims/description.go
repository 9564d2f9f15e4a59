package claims

import (
	"cmp"
	"slices"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/mapping"
	"github.com/fedhub/fedhub/internal/jsonx"
)

// Longest texts that are kept, in bytes.
const (
	maxName   = 200
	maxURL    = 2048
	maxLocale = 35 // RFC 5646 §4.4.1
)

// A Description is what documents say about a user, the most trusted first,
// with the login key's paths. It does not identify the user, so a value may be
// missing or malformed and then counts as not set; only for roles that case is
// reported as unknown.
type Description struct {
	Documents []Document
	At        federation.Claims
}

// Text is the first text at one of the key's paths, or else at the usual one.
func (d Description) Text(place, usual string, max int) string {
	for _, document := range d.Documents {
		if text := document.Text(cmp.Or(place, usual), max); text != "" {
			return text
		}
	}
	return ""
}

// Person is the profile data.
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

// Roles are the provider's names of a user's roles and groups.
type Roles struct {
	Theirs []mapping.Name
	// Elsewhere are claims for which the document only names another source
	// (OpenID Connect Core §5.6.2). The hub does not read that source, so it
	// does not know whether the user still has the earlier roles.
	Elsewhere []string
	rules     mapping.Rules
}

// Roles reads them at the key's path, else at the usual ones.
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

// Here returns the roles of this hub, and whether there may be more. Without
// rules there are none.
func (r Roles) Here() (roles []string, unknown bool) {
	return r.rules.Roles(r.Theirs), len(r.Elsewhere) > 0 && len(r.rules) > 0
}

// Groups are the ids of the groups here that rules give, and whether there may
// be more.
func (d Description) Groups(rules []mapping.GroupRule) (groups []string, unknown bool) {
	for _, rule := range rules {
		said := false
		for _, document := range d.Documents {
			value, found := document.At(rule.Claim)
			said = said || found
			if found && mapping.Holds(value, rule.Value) && !slices.Contains(groups, rule.Group) {
				groups = append(groups, rule.Group)
			}
		}
		unknown = unknown || !said && slices.ContainsFunc(d.Documents, func(document Document) bool { return document.elsewhere(rule.Claim) })
	}
	return groups, unknown
}

// elsewhere reports whether the document names another source for a claim:
// Entra ID does so for a user in more than 200 groups, and uses hasgroups if it
// has no room even for that. A malformed _claim_names is ignored.
func (d Document) elsewhere(place string) bool {
	if place == "groups" && d.IsTrue("hasgroups") {
		return true
	}
	names, err := jsonx.ParseObject(d.object["_claim_names"])
	path, bad := federation.ParsePath(place)
	return err == nil && bad == nil && len(path) > 0 && (names.Has(place) || names.Has(path[0]))
}
