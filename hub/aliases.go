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
	known := withoutRealm(oneSlash(path))
	for _, version := range []string{"/api/v1/method/", "/api/v2/method/"} {
		if rest, found := strings.CutPrefix(known, version); found {
			known = "/api/method/" + rest
		}
	}
	if name, found := strings.CutPrefix(known, frappe); found {
		// The dotted name ends at the first slash; what is behind it does not count there.
		name, _, _ = strings.Cut(name, "/")
		return frappe + name
	}
	if strings.HasPrefix(known, keycloak) {
		return strings.TrimRight(known, "/")
	}
	return path
}

// behindPath says that a path ends in the authorization endpoint that a Frappe
// site knows, and is none of the hub's: the Base URL at the site has a path.
func behindPath(path string) bool {
	at := max(strings.LastIndex(path, "/api/"), strings.LastIndex(path, keycloak))
	known := aliasOf(path[max(at, 0):])
	return at > 0 && (known == frappe+"authorize" || known == keycloak+"auth")
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
