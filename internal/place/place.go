// Package place compares addresses as places.
package place

import (
	"net/url"
	"strings"
)

// Same compares two issuers or base URLs as places: without regard to case
// of the host, a default port, or a slash at the end. It is for finding
// circles and typing mistakes; identities compare issuers byte by byte.
func Same(a, b string) bool { return Of(a) == Of(b) }

// Of is what Same compares.
func Of(raw string) string {
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
