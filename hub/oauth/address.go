package oauth

import (
	"net/url"
	"strings"
)

// WithQuery adds parameters to the query of an address, and keeps what it has
// already as it is (RFC 6749 §4.1.2, RP-Initiated Logout §3).
func WithQuery(address string, values url.Values) string {
	if len(values) == 0 {
		return address
	}
	sep := "?"
	switch {
	case strings.HasSuffix(address, "?"), strings.HasSuffix(address, "&"):
		sep = ""
	case strings.Contains(address, "?"):
		sep = "&"
	}
	return address + sep + values.Encode()
}
