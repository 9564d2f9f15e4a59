package account

import (
	"strings"

	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// beyond describes what a user agreed to besides scopes. A grant stores the names
// of claims and APIs. Authorization details may be long and differ each time, so
// the grant stores only that the user agreed to some.
func beyond(extras []string) []templates.Scope {
	var out []templates.Scope
	details := 0
	for _, extra := range extras {
		kind, name, _ := strings.Cut(extra, ":")
		switch kind {
		case "claim":
			out = append(out, templates.ClaimInWords(name))
		case "resource":
			out = append(out, templates.ResourceInWords(name))
		case "detail":
			details++
		}
	}
	switch {
	case details == 1:
		out = append(out, templates.Scope{Text: locales.Say("extras.do-one-thing-that-you")})
	case details > 1:
		out = append(out, templates.Scope{Text: locales.Say("extras.do-things-that-you-allowed", "details", details)})
	}
	return out
}
