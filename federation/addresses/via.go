package addresses

import (
	"net/url"
	"slices"
	"strings"

	"github.com/fedhub/fedhub/internal/place"
)

// A request that hubs hand on to each other names the hubs it has passed in
// the parameter "via": issuers with spaces between. The list is honest as long
// as the browser is, and that is enough: whoever edits it sends only himself
// round in circles.

// MaxHops is how many hubs a request may pass before one says that it has gone
// far enough. The hub that sends and the hub that receives hold the same number.
const MaxHops = 3

// maxVia bounds the parameter that is read, in bytes.
const maxVia = 4096

// ParseVia reads the parameter. What is no http(s) address names no hub and is
// passed over. Behind the first entry too many nothing is read, for Circles
// refuses such a list anyway.
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

// Circles tells whether a request that passed these hubs must not go on to
// next: because it has been there, or because it has been passed on enough.
func Circles(via []string, next string) bool {
	return len(via) > MaxHops || slices.ContainsFunc(via, func(v string) bool { return place.Same(v, next) })
}
