package addresses

import (
	"net/url"
	"slices"
	"strings"

	"github.com/fedhub/fedhub/internal/place"
)

// A request that hubs forward to each other lists the hubs it has passed in the
// parameter "via": issuers separated by spaces. The browser could change the
// list, but only at the cost of its own sign-in.

// MaxHops is how many hubs a request may pass before a hub refuses it. The
// sending and the receiving hub use the same number.
const MaxHops = 3

// maxVia bounds the parameter that is read, in bytes.
const maxVia = 4096

// ParseVia reads the parameter. Entries that are not http(s) addresses are
// ignored. It stops after the first entry too many, because Circles refuses
// such a list anyway.
func ParseVia(raw string) []string {
	var via []string
	for issuer := range strings.FieldsSeq(raw[:min(len(raw), maxVia)]) {
		u, err := url.Parse(issuer)
		if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			continue
		}
		if via = append(via, issuer); len(via) > MaxHops {
			break
		}
	}
	return via
}

// FormatVia is the parameter for a list of issuers.
func FormatVia(via []string) string { return strings.Join(via, " ") }

// Circles reports whether a request that passed these hubs must not be sent to
// next: because it was there already, or because it passed too many.
func Circles(via []string, next string) bool {
	return len(via) > MaxHops || slices.ContainsFunc(via, func(v string) bool { return place.Same(v, next) })
}
