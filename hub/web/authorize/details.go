package authorize

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/internal/jsonx"
	"github.com/fedhub/fedhub/templates"
)

// details describes authorization details (RFC 9396 §7). Most types are unknown to
// the hub and are shown as they were sent: users must see everything that they
// agree to.
func details(raw string) []templates.Detail {
	parsed, _ := oauth.ParseDetails(raw) //nolint:errcheck // it was parsed when the request was checked
	var out []templates.Detail
	for _, one := range parsed {
		out = append(out, detail(one))
	}
	return out
}

// members are the common fields of all types, with their labels (RFC 9396 §2.2).
var members = map[string]string{
	"actions": "May", "locations": "At", "datatypes": "With", "privileges": "As", "identifier": "Of",
	"instructedAmount": "Amount", "amount": "Amount",
}

func detail(d oauth.Detail) templates.Detail {
	var all jsonx.Object
	if jsonx.Unmarshal(d.Text, &all) != nil {
		return templates.Detail{Type: d.Type}
	}
	delete(all, "type")
	out := templates.Detail{Type: d.Type}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		label := members[name]
		if label == "" {
			label = visible(name)
		}
		out.Rows = append(out.Rows, templates.Pair{Name: label, Value: inWords(all[name])})
	}
	return out
}

// inWords formats JSON as readable text.
func inWords(raw jsonx.Value) string {
	value, err := jsonx.Decode(raw) // keeps every digit of an amount
	if err != nil {
		return string(raw)
	}
	return spoken(value)
}

func spoken(value any) string {
	switch v := value.(type) {
	case string:
		return visible(v)
	case []any:
		var parts []string
		for _, one := range v {
			parts = append(parts, spoken(one))
		}
		return strings.Join(parts, ", ")
	case map[string]any:
		var parts []string
		for _, name := range slices.Sorted(maps.Keys(v)) {
			parts = append(parts, visible(name)+" "+spoken(v[name]))
		}
		return strings.Join(parts, "; ")
	}
	text, _ := json.Marshal(value) //nolint:errcheck // it was JSON a moment ago
	return string(text)
}

// visible removes invisible characters, because they can make one text look like
// another.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.C, r) {
			return -1
		}
		return r
	}, text)
}
