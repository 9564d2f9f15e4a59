// Package mapping reads a provider's names of roles and groups and maps them to
// roles of this hub by the rules of a login key. It knows neither keys nor
// users.
package mapping

import (
	"slices"
	"strings"

	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/jsonx"
)

// How a JSON string with roles is read. The items of a list are never split.
const (
	One    = ""       // one name, including spaces
	Blanks = "blanks" // several names separated by spaces, as in a scope (RFC 6749 §3.3)
	Commas = "commas" // several names separated by commas
)

// CheckSeparator refuses values that Names does not know.
func CheckSeparator(separator string) forms.Problems {
	if slices.Contains([]string{One, Blanks, Commas}, separator) {
		return nil
	}
	return forms.New("claims.roles_text", "provider.roles_text.bad")
}

// maxShown bounds the names shown. Rules apply to all names; the size of the
// document is bounded.
const maxShown = 500

// A Name is the provider's name of one role or group, exactly as sent.
type Name struct {
	Text string
	// Cut: it is part of a longer text, so it may not be a role's name at the
	// provider: "Support admin" may be one group.
	Cut bool
}

// Names reads a claim: a list of names, or a text that is split by the
// separator. Invalid names are dropped.
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

// sane drops names that no rule can have.
func sane(n Name) []Name {
	if n.Text == "" || len(n.Text) > maxRule {
		return nil
	}
	return []Name{n}
}

// Texts are the names as the provider wrote them, up to maxShown.
func Texts(names []Name) []string {
	names = names[:min(len(names), maxShown)]
	texts := make([]string, len(names))
	for i, n := range names {
		texts[i] = n.Text
	}
	return texts
}
