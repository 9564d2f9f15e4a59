package users

import (
	"strings"

	"github.com/fedhub/fedhub/hub/users/tidy"
	"github.com/fedhub/fedhub/internal/forms"
)

// clean normalizes text to one line, and reports what cannot be kept. The field
// of a problem is the name of its claim.
func (p Profile) clean() (Profile, forms.Problems) {
	var problems forms.Problems
	for _, rule := range p.rules() {
		typed := strings.TrimSpace(*rule.value)
		*rule.value = rule.clean(typed)
		if typed != "" && *rule.value == "" {
			problems.Add(rule.claim, rule.fault)
		}
	}
	return p, problems
}

// A profileRule says how one claim is normalized: clean returns empty for an
// invalid value, and fault is the code of that problem.
type profileRule struct {
	claim string
	value *string
	clean func(string) string
	fault string
}

func (p *Profile) rules() []profileRule {
	const text, link = "profile.text.bad", "profile.link.bad"
	return []profileRule{
		{"name", &p.Name, tidy.Name, text},
		{"given_name", &p.GivenName, tidy.Name, text},
		{"family_name", &p.FamilyName, tidy.Name, text},
		{"middle_name", &p.MiddleName, tidy.Name, text},
		{"nickname", &p.Nickname, tidy.Name, text},
		{"preferred_username", &p.Username, tidy.Name, text},
		{"profile", &p.ProfileURL, tidy.Link, link},
		{"picture", &p.Picture, tidy.Link, "profile.picture.bad"},
		{"website", &p.Website, tidy.Link, link},
		{"gender", &p.Gender, tidy.Name, text},
		{"birthdate", &p.Birthdate, tidy.Birthdate, "profile.birthdate.bad"},
		{"zoneinfo", &p.Zoneinfo, tidy.Zone, "profile.zoneinfo.bad"},
		{"locale", &p.Locale, tidy.Locale, "profile.locale.bad"},
		{"phone_number", &p.Phone, tidy.Phone, "profile.phone.bad"},
		{"street_address", &p.Address.Street, tidy.Street, text},
		{"locality", &p.Address.Locality, tidy.Name, text},
		{"region", &p.Address.Region, tidy.Name, text},
		{"postal_code", &p.Address.PostalCode, tidy.Name, text},
		{"country", &p.Address.Country, tidy.Name, text},
	}
}
