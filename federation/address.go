package federation

import (
	"net/url"
	"strings"
	"unicode"
)

// TidyBaseURL makes of what a person typed or pasted the address that is kept:
// no spaces around, scheme and host in lower case, no slash at the end, and the
// site itself where the address of its discovery document was pasted.
func TidyBaseURL(raw string) string {
	raw = strings.TrimSpace(raw)
	raw = strings.TrimSuffix(raw, "/.well-known/openid-configuration")
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || !plainASCII(raw) {
		return raw // Validate will say what is wrong with it
	}
	u.Scheme, u.Host = strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	return strings.TrimRight(u.String(), "/")
}

// baseURLFault is a code if the address will not do.
func baseURLFault(raw string, allowHTTP bool) string {
	u, err := url.Parse(raw)
	switch {
	case raw == "":
		return "provider.address.missing"
	case err != nil || u.Hostname() == "" || u.Opaque != "" || !plainASCII(raw):
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

// SameURL compares two issuers or base URLs as places: without regard to case
// of the host, a default port, or a slash at the end. It is for finding
// circles and typing mistakes; identities compare issuers byte by byte.
func SameURL(a, b string) bool { return place(a) == place(b) }

func place(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return raw
	}
	scheme, host := strings.ToLower(u.Scheme), strings.ToLower(u.Hostname())
	port := u.Port()
	if port == "" && scheme == "https" {
		port = "443"
	}
	if port == "" && scheme == "http" {
		port = "80"
	}
	return scheme + "://" + strings.TrimSuffix(host, ".") + ":" + port + strings.TrimRight(u.EscapedPath(), "/")
}

// plainASCII also keeps look-alike letters and browsers' other readings of
// backslashes out of addresses.
func plainASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '\\' })
}

func printable(r rune) bool {
	return unicode.IsPrint(r) && r != unicode.ReplacementChar
}
