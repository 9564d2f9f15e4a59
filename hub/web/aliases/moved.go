package aliases

import (
	"net/url"
	"strings"
)

// renamed are the earlier paths of administration pages; bookmarks, emails and
// stored warnings still contain them. They work until version 1.
var renamed = map[string]string{
	"/admin/keys":      "/admin/providers",
	"/admin/servers":   "/admin/hubs",
	"/admin/decisions": "/admin/account-links",
	"/admin/traces":    "/admin/sign-in-log",
	"/admin/logouts":   "/admin/sign-out-delivery",
}

// Moved is the current address of a page at an earlier address, with the same
// subpath and query. It begins with a path of this hub, so it never redirects
// to another host.
func Moved(at *url.URL) (string, bool) {
	path := at.EscapedPath()
	for before, now := range renamed {
		below, ok := strings.CutPrefix(path, before)
		if !ok || below != "" && below[0] != '/' {
			continue
		}
		if at.RawQuery != "" {
			below += "?" + at.RawQuery
		}
		return now + below, true
	}
	return "", false
}
