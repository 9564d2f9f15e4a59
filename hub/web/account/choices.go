package account

import (
	_ "embed"
	"slices"
	"strings"

	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// languages are language tags with their native names. zones are the time zones
// of the database's zone.tab, sorted by name.
var (
	//go:embed languages.txt
	languages string
	//go:embed zones.txt
	zones string
)

// options are the lines of a list, after the empty choice. A value that is not in
// the list stays a choice, because a provider may report other values.
func options(list, value string) []templates.Option {
	out := []templates.Option{{Value: locales.Say("profile.not-chosen")}}
	for line := range strings.Lines(list) {
		name, shown, found := strings.Cut(strings.TrimSpace(line), "\t")
		if !found {
			shown = strings.ReplaceAll(name, "_", " ")
		}
		out = append(out, templates.Option{Name: name, Value: locales.Stored(shown)})
	}
	if !slices.ContainsFunc(out, func(o templates.Option) bool { return o.Name == value }) {
		out = append(out, templates.Option{Name: value, Value: locales.Stored(value)})
	}
	return out
}
