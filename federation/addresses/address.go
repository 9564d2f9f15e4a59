// Package addresses reads the addresses and names that login keys are told by: a
// Base URL, an id, a domain, and the list of hubs that a request has passed.
package addresses

import (
	"net/url"
	"strings"
)

// Tidy makes of what a person typed or pasted the address that is kept:
// no spaces around, scheme and host in lower case, no slash at the end, and the
// site itself where the address of its discovery document was pasted.
func Tidy(raw string) string {
	raw = strings.TrimSpace(raw)
	raw = strings.TrimSuffix(raw, "/.well-known/openid-configuration")
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || !PlainASCII(raw) {
		return raw // validation says what is wrong with it
	}
	u.Scheme, u.Host = strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	return strings.TrimRight(u.String(), "/")
}

// Fault is the code of what is wrong with a tidied Base URL; empty: nothing is.
func Fault(raw string, allowHTTP bool) string {
	u, err := url.Parse(raw)
	switch {
	case raw == "":
		return "provider.address.missing"
	case err != nil || u.Hostname() == "" || u.Opaque != "" || !PlainASCII(raw):
		return "provider.address.bad"
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || strings.Contains(raw, "#"):
		return "provider.address.query"
	case u.Scheme == "http" && !allowHTTP:
		return "provider.address.plain"
	case u.Scheme != "https" && u.Scheme != "http":
		return "provider.address.scheme"
	}
	return ""
}

// PlainASCII tells whether a text is printable ASCII without blanks. That
// also keeps look-alike letters and browsers' other readings of
// backslashes out of addresses.
func PlainASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '\\' })
}
