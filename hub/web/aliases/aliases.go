// Package aliases maps the paths of a Frappe site and of Keycloak to the hub's
// own. Clients of an earlier provider still use them, and often cannot be
// reconfigured.
package aliases

import (
	"context"
	"net/http"
	"strings"
)

// The first parts of the paths of a Frappe site and of Keycloak.
const (
	Frappe   = "/api/method/frappe.integrations.oauth2."
	Keycloak = "/protocol/openid-connect/"

	registrations = "/clients-registrations/openid-connect"
)

// ofKeycloak maps the other paths of a Keycloak realm to the hub's own: those
// in its discovery document, and the document itself. The document names the
// hub as issuer, as the tokens do (OpenID Connect Discovery §4.3). A client
// that compares the issuer with the realm's address must be given the hub's own
// address.
var ofKeycloak = map[string]string{
	Keycloak + "certs":                    "/oauth2/jwks",
	Keycloak + "logout":                   "/oauth2/logout",
	Keycloak + "revoke":                   "/oauth2/revoke",
	Keycloak + "token/introspect":         "/oauth2/introspect",
	Keycloak + "auth/device":              "/oauth2/device_authorization",
	Keycloak + "ext/ciba/auth":            "/oauth2/bc-authorize",
	Keycloak + "ext/par/request":          "/oauth2/par",
	Keycloak + "login-status-iframe.html": "/oauth2/session",

	registrations: "/oauth2/register",

	"/.well-known/openid-configuration":       "/.well-known/openid-configuration",
	"/.well-known/oauth-authorization-server": "/.well-known/oauth-authorization-server",
}

// Known rewrites the request to the path in the route table. A Frappe site
// concatenates its Base URL and these paths, so some requests have a version of
// them with extra slashes or a realm in front. They are rewritten in place: a
// redirect would turn a POST into a GET.
func Known(r *http.Request) *http.Request {
	path := Of(r.URL.Path)
	if path == r.URL.Path {
		return r
	}
	known := r.WithContext(context.WithValue(r.Context(), askedKey{}, r.URL.Path))
	address := *r.URL
	address.Path, address.RawPath = path, ""
	known.URL = &address
	return known
}

type askedKey struct{}

// Asked is the original path of a request if it is not in the route table; else
// empty. A client signs that path in a DPoP proof (RFC 9449 §4.3).
func Asked(ctx context.Context) string {
	path, _ := ctx.Value(askedKey{}).(string)
	return path
}

// TokenEndpoint is the address of the realm's token endpoint, if a path is
// below a realm: a Keycloak client uses it as audience (RFC 7523 §3). It is
// empty without a realm.
func TokenEndpoint(asked string) string {
	realm, _, found := strings.Cut(asked, Keycloak)
	if !found {
		return ""
	}
	return realm + Keycloak + "token"
}

// Of leaves every other path unchanged.
func Of(path string) string {
	known, ofRealm := withoutRealm(oneSlash(path))
	for _, version := range []string{"/api/v1/method/", "/api/v2/method/"} {
		if rest, found := strings.CutPrefix(known, version); found {
			known = "/api/method/" + rest
		}
	}
	if name, found := strings.CutPrefix(known, Frappe); found {
		// The dotted name ends at the first slash; the rest is ignored.
		name, _, _ = strings.Cut(name, "/")
		return Frappe + name
	}
	if !ofRealm && !strings.HasPrefix(known, Keycloak) {
		return path
	}
	known = strings.TrimRight(known, "/")
	if id, found := strings.CutPrefix(known, registrations+"/"); found && !strings.Contains(id, "/") {
		return "/oauth2/register/" + id // RFC 7592 §2
	}
	if ours, found := ofKeycloak[known]; found {
		return ours
	}
	if strings.HasPrefix(known, Keycloak) {
		return known
	}
	return path
}

// BehindPath reports whether a path ends in the authorization endpoint of a
// Frappe site and is not the hub's: then the Base URL at the site has a path.
func BehindPath(path string) bool {
	at := max(strings.LastIndex(path, "/api/"), strings.LastIndex(path, Keycloak))
	known := Of(path[max(at, 0):])
	return at > 0 && (known == Frappe+"authorize" || known == Keycloak+"auth")
}

// withoutRealm removes a realm that a Base URL ends in, as those of Keycloak
// do, and reports whether there was one. All realms are this hub.
func withoutRealm(path string) (rest string, found bool) {
	realm, found := strings.CutPrefix(path, "/realms/")
	at := strings.Index(realm, "/")
	if !found || at <= 0 {
		return path, false
	}
	return oneSlash(realm[at:]), true
}

// oneSlash is the path with at most one slash at the beginning.
func oneSlash(path string) string {
	for strings.HasPrefix(path, "//") {
		path = path[1:]
	}
	return path
}
