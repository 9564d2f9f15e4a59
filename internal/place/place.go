// Package place compares addresses after normalization.
package place

import (
	"net/url"
	"strings"
)

// Same compares two issuers or base URLs without regard to the case of the
// host, a default port, or a trailing slash. Use it to find loops and typing
// mistakes; identities compare issuers byte by byte.
func Same(a, b string) bool { return Of(a) == Of(b) }

// Of is the normalized form that Same compares.
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
