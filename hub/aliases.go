package hub

import (
	"net/http"
	"strings"
)

// The addresses at which a Frappe site looks for its provider, if that is
// another Frappe site or Keycloak. Nobody can change them there.
const (
	frappe   = "/api/method/frappe.integrations.oauth2."
	keycloak = "/protocol/openid-connect/"
)

// asKnown is the request at the address under which it is in the table of
// routes. A Frappe site joins its Base URL and these paths as texts, so there
// are versions of them, slashes too many and a realm before them. They are put
// right in place: a redirect would turn a POST into a GET.
func asKnown(r *http.Request) *http.Request {
	path := aliasOf(r.URL.Path)
	if path == r.URL.Path {
		return r
	}
	known := *r
	address := *r.URL
	address.Path, address.RawPath = path, ""
	known.URL = &address
	return &known
}

// aliasOf leaves every path alone that is not one of these.
func aliasOf(path string) string {
	trimmed := path
	for strings.HasPrefix(trimmed, "//") {
		trimmed = trimmed[1:]
	}
	for _, version := range []string{"/api/v1/method/", "/api/v2/method/"} {
		if rest, found := strings.CutPrefix(trimmed, version); found {
			trimmed = "/api/method/" + rest
		}
	}
	if name, found := strings.CutPrefix(trimmed, frappe); found {
		// The dotted name ends at the first slash; what is behind it does not count there.
		name, _, _ = strings.Cut(name, "/")
		return frappe + name
	}
	if at := strings.Index(trimmed, keycloak); at >= 0 {
		realm, found := strings.CutPrefix(trimmed[:at], "/realms/")
		if at == 0 || found && realm != "" && !strings.Contains(strings.TrimRight(realm, "/"), "/") {
			return strings.TrimRight(trimmed[at:], "/")
		}
	}
	return path
}
