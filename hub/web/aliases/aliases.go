// Package aliases knows the addresses at which programs look for a provider that
// was another Frappe site or a Keycloak before, and by which of the hub's own
// addresses they are answered. Nobody can change them in those programs.
package aliases

import (
	"context"
	"net/http"
	"strings"
)

// What the addresses of a Frappe site and of Keycloak begin with.
const (
	Frappe   = "/api/method/frappe.integrations.oauth2."
	Keycloak = "/protocol/openid-connect/"

	registrations = "/clients-registrations/openid-connect"
)

// ofKeycloak are the other addresses that Keycloak answers for a realm, and the
// hub's own for the same: all that its discovery document names, and that
// document. It says that the hub is the issuer, as the tokens do (OpenID Connect
// Discovery §4.3): who compares that with the realm's address must be given the
// hub's own address.
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

// Known is the request at the address under which it is in the table of
// routes. A Frappe site joins its Base URL and these paths as texts, so there
// are versions of them, slashes too many and a realm before them. They are put
// right in place: a redirect would turn a POST into a GET.
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

// Asked is the path that a request came to, where that is none of the table's;
// else empty. What a client signs names that one: a DPoP proof (RFC 9449 §4.3).
func Asked(ctx context.Context) string {
	path, _ := ctx.Value(askedKey{}).(string)
	return path
}

// TokenEndpoint is the address of the realm's token endpoint that a path below
// the realm belongs to: the audience that a client of Keycloak knows (RFC 7523
// §3). Empty: there is no realm.
func TokenEndpoint(asked string) string {
	realm, _, found := strings.Cut(asked, Keycloak)
	if !found {
		return ""
	}
	return realm + Keycloak + "token"
}

// Of leaves every path alone that is not one of these.
func Of(path string) string {
	known, ofRealm := withoutRealm(oneSlash(path))
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

// BehindPath says that a path ends in the authorization endpoint that a Frappe
// site knows, and is none of the hub's: the Base URL at the site has a path.
func BehindPath(path string) bool {
	at := max(strings.LastIndex(path, "/api/"), strings.LastIndex(path, Keycloak))
	known := Of(path[max(at, 0):])
	return at > 0 && (known == Frappe+"authorize" || known == Keycloak+"auth")
}

// withoutRealm drops the realm that a Base URL may end in, as those of Keycloak
// do, and reports whether there was one. All realms are this hub.
func withoutRealm(path string) (rest string, found bool) {
	realm, found := strings.CutPrefix(path, "/realms/")
	at := strings.Index(realm, "/")
	if !found || at <= 0 {
		return path, false
	}
	return oneSlash(realm[at:]), true
}

// oneSlash is the path with no more than one slash at its beginning.
func oneSlash(path string) string {
	for strings.HasPrefix(path, "//") {
		path = path[1:]
	}
	return path
}
