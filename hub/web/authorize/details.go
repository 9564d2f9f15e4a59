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

// details puts authorization details into words (RFC 9396 §7). What the hub
// does not know, which is most, is shown as it was sent: a person must see all
// that they agree to.
func details(raw string) []templates.Detail {
	parsed, _ := oauth.ParseDetails(raw) //nolint:errcheck // it was parsed when the request was checked
	var out []templates.Detail
	for _, one := range parsed {
		out = append(out, detail(one))
	}
	return out
}

// members are those that any type may have, with their words (RFC 9396 §2.2).
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

// inWords writes JSON the way people do.
func inWords(raw jsonx.Value) string {
	value, err := jsonx.Decode(raw) // an amount is shown to the last digit
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

// visible takes out what cannot be seen: it could make one text look like
// another.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.C, r) {
			return -1
		}
		return r
	}, text)
}
