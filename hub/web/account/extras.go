package account

import (
	"fmt"
	"strings"

	"github.com/fedhub/fedhub/templates"
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
		out = append(out, templates.Scope{Text: "Do one thing that you allowed in detail"})
	case details > 1:
		out = append(out, templates.Scope{Text: fmt.Sprintf("Do %d things that you allowed in detail", details)})
	}
	return out
}
