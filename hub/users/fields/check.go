package fields

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/fedhub/fedhub/clients/claimmap"
	"github.com/fedhub/fedhub/internal/forms"
)

// Builtin are the fields that every user has, by their names in a mapping: those
// of the profile, the address if it is verified, and the user name to sign in
// with.
func Builtin() []string {
	return []string{"name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile", "picture", "website", "gender",
		"birthdate", "zoneinfo", "locale", "phone_number", "street_address", "locality", "region", "postal_code", "country", VerifiedEmail, SignInName}
}

// VerifiedEmail and SignInName are built-in fields that users do not say
// themselves.
const (
	VerifiedEmail = "email"
	SignInName    = "sign_in_name"
)

// Check returns what is wrong with the definitions.
func Check(all []Field) forms.Problems {
	if len(all) > Most {
		return forms.New("fields", "field.many", "max", Most)
	}
	var p forms.Problems
	seen := map[string]bool{}
	for _, f := range all {
		if seen[f.Name] {
			p.Add("field_name", "field.name.twice", "name", f.Name)
		}
		seen[f.Name] = true
		p = append(p, f.problems()...)
	}
	return p
}

func (f Field) problems() forms.Problems {
	var p forms.Problems
	switch {
	case f.Name == "" || len(f.Name) > maxName || f.Name[0] < 'a' || f.Name[0] > 'z' || strings.Trim(f.Name, "abcdefghijklmnopqrstuvwxyz0123456789_") != "":
		p.Add("field_name", "field.name.bad", "name", f.Name, "max", maxName)
	case slices.Contains(Builtin(), f.Name) || claimmap.NameFault(f.Name) != "":
		p.Add("field_name", "field.name.taken", "name", f.Name)
	}
	if !line(f.Label, maxLabel) || f.Label == "" {
		p.Add("label", "field.label.bad", "max", maxLabel)
	}
	if !slices.Contains(Types(), f.Type) {
		p.Add("type", "field.type.bad", "choices", Types())
	}
	if f.Max < 0 || f.Max > MostLength {
		p.Add("max", "field.max.bad", "max", MostLength)
	}
	if bad := func(c string) bool { return c == "" || !line(c, f.Length()) }; f.Type == Choice && (len(f.Choices) == 0 || len(f.Choices) > maxChoices || slices.ContainsFunc(f.Choices, bad)) {
		p.Add("choices", "field.choices.bad", "max", maxChoices, "length", f.Length())
	}
	return p
}

// line reports whether a text is one visible line of at most this many
// characters.
func line(text string, most int) bool {
	return utf8.ValidString(text) && utf8.RuneCountInString(text) <= most && strings.TrimSpace(text) == text &&
		!strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsGraphic(r) })
}
