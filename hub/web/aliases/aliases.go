// Package aliases knows the addresses at which programs look for a provider that
// was another Frappe site or a Keycloak before, and by which of the hub's own
// addresses they are answered. Nobody can change them in those programs.
package aliases

import (
	"net/http"
	"strings"
)

// What the addresses of a Frappe site and of Keycloak begin with.
const (
	Frappe   = "/api/method/frappe.integrations.oauth2."
	Keycloak = "/protocol/openid-connect/"
)

// Known is the request at the address under which it is in the table of
// routes. A Frappe site joins its Base URL and these paths as texts, so there
// are versions of them, slashes too many and a realm before them. They are put
// right in place: a redirect would turn a POST into a GET.
func Known(r *http.Request) *http.Request {
	path := Of(r.URL.Path)
	if path == r.URL.Path {
		return r
	}
	known := *r
	address := *r.URL
	address.Path, address.RawPath = path, ""
	known.URL = &address
	return &known
}

// Of leaves every path alone that is not one of these.
func Of(path string) string {
	known := withoutRealm(oneSlash(path))
	for _, version := range []string{"/api/v1/method/", "/api/v2/method/"} {
		if rest, found := strings.CutPrefix(known, version); found {
			known = "/api/method/" + rest
		}
	}
	if name, found := strings.CutPrefix(known, Frappe); found {
		// The dotted name ends at the first slash; what is behind it does not count there.
		name, _, _ = strings.Cut(name, "/")
		return Frappe + name
	}
	if strings.HasPrefix(known, Keycloak) {
		return strings.TrimRight(known, "/")
	}
	return path
}

// BehindPath says that a path ends in the authorization endpoint that a Frappe
// site knows, and is none of the hub's: the Base URL at the site has a path.
func BehindPath(path string) bool {
	at := max(strings.LastIndex(path, "/api/"), strings.LastIndex(path, Keycloak))
	known := Of(path[max(at, 0):])
	return at > 0 && (known == Frappe+"authorize" || known == Keycloak+"auth")
}

// withoutRealm drops the realm that a Base URL may end in, as those of Keycloak
// do. All realms are this hub.
func withoutRealm(path string) string {
	realm, found := strings.CutPrefix(path, "/realms/")
	at := strings.Index(realm, "/")
	if !found || at <= 0 {
		return path
	}
	return oneSlash(realm[at:])
}

// oneSlash is the path with no more than one slash at its beginning.
func oneSlash(path string) string {
	for strings.HasPrefix(path, "//") {
		path = path[1:]
	}
	return path
}
