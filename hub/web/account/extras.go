package account

import (
	"strings"

	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// resourcesOf are the APIs among what a user agreed to besides scopes. What
// stands behind the identifier tells an API from a later one with the same.
func resourcesOf(extras []string) []string {
	var out []string
	for _, extra := range extras {
		if name, found := strings.CutPrefix(extra, "resource:"); found {
			identifier, _, _ := strings.Cut(name, " ")
			out = append(out, identifier)
		}
	}
	return out
}

// beyond describes what a user agreed to besides scopes and APIs. A grant stores the names
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
