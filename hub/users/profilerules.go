package users

import (
	"regexp"
	"strings"
	"time"
	_ "time/tzdata"
	"unicode/utf8"

	"github.com/fedhub/fedhub/internal/forms"
)

const (
	maxStreet = 500 // code points
	maxZone   = 64  // bytes
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
		{"name", &p.Name, tidyName, text},
		{"given_name", &p.GivenName, tidyName, text},
		{"family_name", &p.FamilyName, tidyName, text},
		{"middle_name", &p.MiddleName, tidyName, text},
		{"nickname", &p.Nickname, tidyName, text},
		{"preferred_username", &p.Username, tidyName, text},
		{"profile", &p.ProfileURL, tidyPicture, link},
		{"picture", &p.Picture, tidyPicture, "profile.picture.bad"},
		{"website", &p.Website, tidyPicture, link},
		{"gender", &p.Gender, tidyName, text},
		{"birthdate", &p.Birthdate, tidyBirthdate, "profile.birthdate.bad"},
		{"zoneinfo", &p.Zoneinfo, tidyZone, "profile.zoneinfo.bad"},
		{"locale", &p.Locale, tidyLocale, "profile.locale.bad"},
		{"phone_number", &p.Phone, tidyPhone, "profile.phone.bad"},
		{"street_address", &p.Address.Street, tidyStreet, text},
		{"locality", &p.Address.Locality, tidyName, text},
		{"region", &p.Address.Region, tidyName, text},
		{"postal_code", &p.Address.PostalCode, tidyName, text},
		{"country", &p.Address.Country, tidyName, text},
	}
}

var yearOnly = regexp.MustCompile(`^[0-9]{4}$`)

// tidyBirthdate keeps the three forms of OIDC Core §5.1: a date, a date with
// year 0000 for an unknown year, and a year.
func tidyBirthdate(s string) string {
	if yearOnly.MatchString(s) && s != "0000" {
		return s
	}
	if _, err := time.Parse(time.DateOnly, s); err != nil || len(s) != len(time.DateOnly) {
		return ""
	}
	return s
}

// tidyZone keeps the names of the time zone database (OIDC Core §5.1).
func tidyZone(s string) string {
	if s == "" || s == "Local" || len(s) > maxZone {
		return ""
	}
	if _, err := time.LoadLocation(s); err != nil {
		return ""
	}
	return s
}

var (
	phoneMarks = strings.NewReplacer(" ", "", "-", "", ".", "", "(", "", ")", "", "/", "")
	e164       = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
)

// tidyPhone returns a number as E.164, as OIDC Core §5.1 recommends: a plus
// sign, country and number, without separators.
func tidyPhone(s string) string {
	s = phoneMarks.Replace(s)
	if !e164.MatchString(s) {
		return ""
	}
	return s
}

// tidyStreet keeps the lines of a street address, each normalized like a name.
func tidyStreet(s string) string {
	var lines []string
	for line := range strings.Lines(s) {
		if line = tidyName(line); line != "" {
			lines = append(lines, line)
		}
	}
	s = strings.Join(lines, "\n")
	if utf8.RuneCountInString(s) > maxStreet {
		return ""
	}
	return s
}
