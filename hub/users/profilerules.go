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

// clean makes one line of what is text, and says what cannot be kept at all.
// A problem's field is the name of its claim.
func (f Profile) clean() (Profile, forms.Problems) {
	var problems forms.Problems
	for _, rule := range f.rules() {
		typed := strings.TrimSpace(*rule.value)
		*rule.value = rule.clean(typed)
		if typed != "" && *rule.value == "" {
			problems.Add(rule.claim, rule.fault)
		}
	}
	return f, problems
}

// A faceRule is how one claim is kept: clean answers empty for what it cannot
// keep, and fault is the code of that.
type faceRule struct {
	claim string
	value *string
	clean func(string) string
	fault string
}

func (f *Profile) rules() []faceRule {
	const text, link = "profile.text.bad", "profile.link.bad"
	return []faceRule{
		{"name", &f.Name, tidyName, text},
		{"given_name", &f.GivenName, tidyName, text},
		{"family_name", &f.FamilyName, tidyName, text},
		{"middle_name", &f.MiddleName, tidyName, text},
		{"nickname", &f.Nickname, tidyName, text},
		{"preferred_username", &f.Username, tidyName, text},
		{"profile", &f.Profile, tidyPicture, link},
		{"picture", &f.Picture, tidyPicture, "profile.picture.bad"},
		{"website", &f.Website, tidyPicture, link},
		{"gender", &f.Gender, tidyName, text},
		{"birthdate", &f.Birthdate, tidyBirthdate, "profile.birthdate.bad"},
		{"zoneinfo", &f.Zoneinfo, tidyZone, "profile.zoneinfo.bad"},
		{"locale", &f.Locale, tidyLocale, "profile.locale.bad"},
		{"phone_number", &f.Phone, tidyPhone, "profile.phone.bad"},
		{"street_address", &f.Address.Street, tidyStreet, text},
		{"locality", &f.Address.Locality, tidyName, text},
		{"region", &f.Address.Region, tidyName, text},
		{"postal_code", &f.Address.PostalCode, tidyName, text},
		{"country", &f.Address.Country, tidyName, text},
	}
}

var yearOnly = regexp.MustCompile(`^[0-9]{4}$`)

// tidyBirthdate keeps the three forms of OIDC Core §5.1: a date, a date whose
// year is 0000 for not said, and a year.
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

// tidyPhone makes E.164 of a number, as OIDC Core §5.1 recommends: the plus
// sign, the country and the number, without the marks people write between.
func tidyPhone(s string) string {
	s = phoneMarks.Replace(s)
	if !e164.MatchString(s) {
		return ""
	}
	return s
}

// tidyStreet keeps the lines of a street address, each as a name.
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
