package aliases_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub/web/aliases"
)

// ours are the hub's addresses that stand for one of Keycloak's.
var ours = []string{
	"/oauth2/jwks", "/oauth2/logout", "/oauth2/revoke", "/oauth2/introspect", "/oauth2/device_authorization", "/oauth2/bc-authorize",
	"/oauth2/par", "/oauth2/session", "/oauth2/register", "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server",
}

// Every path is unchanged, or becomes a path that only Frappe and Keycloak
// providers have, or the hub's own path for a Keycloak endpoint with the same
// guard. So an alias never bypasses the guard of another path.
func FuzzAliases(f *testing.F) {
	for _, path := range []string{
		"/", "//", "", "/oauth2/token", "//oauth2/token", aliases.Frappe + "get_token/x/y", "/realms/main" + aliases.Frappe + "authorize", "/realms//protocol/openid-connect/auth",
		"/realms/x/.well-known/openid-configuration", "/realms/x/clients-registrations/openid-connect/", "/protocol/openid-connect/token/introspect",
		"//realms/a//api/v2/method/frappe.integrations.oauth2.get_token", "/realms/x/admin", "/realms/x/realms/y/protocol/openid-connect/token/", "/api/v1/method/",
	} {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		known := aliases.Of(path)
		if known == path {
			return
		}
		name, isFrappe := strings.CutPrefix(known, aliases.Frappe)
		_, isKeycloak := strings.CutPrefix(known, aliases.Keycloak)
		if !isKeycloak && !slices.Contains(ours, known) && (!isFrappe || strings.Contains(name, "/")) {
			t.Errorf("%q became %q", path, known)
		}
		if again := aliases.Of(known); again != known {
			t.Errorf("%q became %q, and that %q", path, known, again)
		}
	})
}
