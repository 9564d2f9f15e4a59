package aliases

import (
	"net/url"
	"strings"
)

// renamed are the pages of administrators with the addresses that they had
// before; bookmarks, emails and stored warnings still name them. They answer
// until version 1.
var renamed = map[string]string{
	"/admin/keys":      "/admin/providers",
	"/admin/servers":   "/admin/hubs",
	"/admin/decisions": "/admin/account-links",
	"/admin/traces":    "/admin/sign-in-log",
	"/admin/logouts":   "/admin/sign-out-delivery",
}

// Moved is where the page at an earlier address is now, with the path below it
// and the query as they came. It begins with a path of this hub, so it leads to
// no other host.
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
