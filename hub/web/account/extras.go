package account

import (
	"strings"

	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// beyond puts into words what a person agreed to beyond scopes. A grant keeps
// claims and APIs by name; of authorization details, which may be long and
// are different each time, it keeps that they were agreed to.
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
