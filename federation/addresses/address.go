// Package addresses parses the addresses and names in login keys: a Base URL,
// an id, a domain, and the list of hubs that a request has passed.
package addresses

import (
	"net/url"
	"strings"
)

// Tidy normalizes a typed or pasted address: no surrounding spaces, scheme and
// host in lower case, no trailing slash, and the base address if the address of
// the discovery document was pasted.
func Tidy(raw string) string {
	raw = strings.TrimSpace(raw)
	raw = strings.TrimSuffix(raw, "/.well-known/openid-configuration")
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || !PlainASCII(raw) {
		return raw // validation reports what is wrong
	}
	u.Scheme, u.Host = strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	return strings.TrimRight(u.String(), "/")
}

// Fault returns the code of what is wrong with a tidied Base URL; empty:
// nothing.
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

// PlainASCII reports whether a text is printable ASCII without spaces. That
// also excludes look-alike letters and other interpretations of backslashes by
// browsers.
func PlainASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '\\' })
}
