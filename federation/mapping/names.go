// Package mapping reads what an upstream calls a person's roles and groups, and
// turns it into roles of this hub by the rules of a login key. It knows neither
// keys nor users.
package mapping

import (
	"slices"
	"strings"

	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/jsonx"
)

// What a JSON string with roles holds. A list is a list either way: whatever
// stands in it is never cut.
const (
	One    = ""       // one name, blanks and all
	Blanks = "blanks" // several names with blanks between, as in a scope (RFC 6749 §3.3)
	Commas = "commas" // several names with commas between
)

// CheckSeparator refuses what Names does not know.
func CheckSeparator(separator string) forms.Problems {
	if slices.Contains([]string{One, Blanks, Commas}, separator) {
		return nil
	}
	return forms.New("claims.roles_text", "provider.roles_text.bad")
}

// maxShown is how many names are told to people. Rules are applied to all that
// came: the document that they came in is bounded.
const maxShown = 500

// A Name is what an upstream calls one role or group, to the letter.
type Name struct {
	Text string
	// Cut: it is a part of a longer text. Nobody at the upstream need ever have
	// named a role so: "Support admin" may be one group.
	Cut bool
}

// Names reads a claim: a list of names, or a text that holds what the separator
// says. What is no name in it is passed over.
func Names(claim jsonx.Value, separator string) []Name {
	if text, ok := jsonx.Text(claim); ok {
		return inText(text, separator)
	}
	var list []jsonx.Value
	if jsonx.Unmarshal(claim, &list) != nil {
		return nil
	}
	var names []Name
	for _, one := range list {
		if text, ok := jsonx.Text(one); ok {
			names = append(names, sane(Name{Text: text})...)
		}
	}
	return names
}

func inText(text, separator string) []Name {
	parts := []string{text}
	switch separator {
	case Blanks:
		parts = strings.Fields(text)
	case Commas:
		parts = strings.Split(text, ",")
	}
	var names []Name
	for _, part := range parts {
		if separator != One {
			part = strings.TrimSpace(part)
		}
		names = append(names, sane(Name{Text: part, Cut: part != text})...)
	}
	return names
}

// sane passes over what no rule can name.
func sane(n Name) []Name {
	if n.Text == "" || len(n.Text) > maxRule {
		return nil
	}
	return []Name{n}
}

// Texts are the names as the upstream wrote them, as many as people want to
// see.
func Texts(names []Name) []string {
	names = names[:min(len(names), maxShown)]
	texts := make([]string, len(names))
	for i, n := range names {
		texts[i] = n.Text
	}
	return texts
}
