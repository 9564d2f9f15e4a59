package federation

import (
	"slices"
	"strings"
)

// A request that hubs hand on to each other names the hubs it has passed in
// the parameter "via": issuers with spaces between. The list is honest as long
// as the browser is, and that is enough: whoever edits it sends only himself
// round in circles.

// MaxHops is how many hubs a request may pass before one says that it has gone
// far enough.
const MaxHops = 3

// FormatVia is the parameter for a list of issuers.
func FormatVia(via []string) string { return strings.Join(via, " ") }

// Circles tells whether a request that passed these hubs must not go on to
// next: because it has been there, or because it has been passed on enough.
func Circles(via []string, next string) bool {
	return len(via) > MaxHops || slices.ContainsFunc(via, func(v string) bool { return SameURL(v, next) })
}
