package frappe_test

import (
	"net/url"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/internal/testkit/keytest"
)

// A Keycloak client uses every endpoint of Keycloak's discovery document below
// its realm.
func TestARealmOfAFormerKeycloakIsAnsweredWhole(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	a := w.App(func(c *clients.Client) { c.AuthMethod = "client_secret_post" })
	who := url.Values{"client_id": {a.ID}, "client_secret": {a.Secret}}
	form := func(pairs ...string) string { return who.Encode() + "&" + hubtest.Edited(url.Values{}, pairs).Encode() }
	for theirs, row := range map[string]struct{ ours, form string }{
		"/protocol/openid-connect/token":                    {"/oauth2/token", form("grant_type", "authorization_code", "code", "x", "redirect_uri", hubtest.Callback)},
		"/protocol/openid-connect/token/introspect":         {"/oauth2/introspect", form("token", "x")},
		"/protocol/openid-connect/revoke":                   {"/oauth2/revoke", form("token", "x")},
		"/protocol/openid-connect/auth/device":              {"/oauth2/device_authorization", form("scope", "openid")},
		"/protocol/openid-connect/ext/par/request":          {"/oauth2/par", form("response_type", "code", "scope", "openid", "redirect_uri", hubtest.Callback)},
		"/protocol/openid-connect/ext/ciba/auth":            {"/oauth2/bc-authorize", form("scope", "openid")},
		"/clients-registrations/openid-connect":             {"/oauth2/register", form()},
		"/protocol/openid-connect/auth":                     {"/oauth2/authorize", ""},
		"/protocol/openid-connect/userinfo":                 {"/oauth2/userinfo", ""},
		"/protocol/openid-connect/certs":                    {"/oauth2/jwks", ""},
		"/protocol/openid-connect/logout":                   {"/oauth2/logout", ""},
		"/protocol/openid-connect/login-status-iframe.html": {"/oauth2/session", ""},
		"/.well-known/openid-configuration":                 {"/.well-known/openid-configuration", ""},
		"/.well-known/oauth-authorization-server":           {"/.well-known/oauth-authorization-server", ""},
	} {
		ask := func(path string) hubtest.Reply {
			if row.form == "" {
				return w.SendJSON("GET", path, "", nil)
			}
			return w.Raw(path, row.form)
		}
		want := ask(row.ours)
		if want.Status == 404 || want.Status == 405 {
			t.Fatalf("%s is not there: %d", row.ours, want.Status)
		}
		for _, realm := range []string{"/realms/main", "//realms/other/"} {
			got := ask(realm + theirs)
			hubtest.Want(t, realm+theirs, got.Status, want.Status)
			hubtest.Want(t, realm+theirs+" says", got.JSON["error"], want.JSON["error"])
		}
	}
	// The issuer is the hub's, not the realm's address.
	found := w.SendJSON("GET", "/realms/main/.well-known/openid-configuration", "", nil)
	hubtest.Want(t, "issuer", found.Str("issuer"), w.URL)
	hubtest.Want(t, "keys", found.Str("jwks_uri"), w.URL+"/oauth2/jwks")
	for _, path := range []string{"/realms/main", "/realms/main/", "/realms/main/account", "/realms/main/admin", "/realms/main/.well-known/oauth-protected-resource", "/realms/a/b/.well-known/openid-configuration", "/realms//.well-known/openid-configuration"} {
		hubtest.Want(t, path, w.SendJSON("GET", path, "", nil).Status, 404)
	}
}

// Its assertions and DPoP proofs contain the addresses that it knows.
func TestWhatIsSignedForARealmIsTaken(t *testing.T) {
	const token = "/realms/main/protocol/openid-connect/token"
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	bound := w.App(func(c *clients.Client) { c.GrantTypes = append(c.GrantTypes, clients.GrantClientCredentials) })
	key := w.ProofKey()
	got := bound.Proven(token, []string{key.Proof("POST", token, nil)}, "grant_type", "client_credentials")
	hubtest.Want(t, "bound", got.Str("token_type"), "DPoP")
	other := bound.Proven(token, []string{key.Proof("POST", "/realms/other/protocol/openid-connect/token", nil)}, "grant_type", "client_credentials")
	hubtest.Refused(t, "a proof for another realm", other, 400, "invalid_dpop_proof")

	mine := keytest.New(t, "one", jose.ES256)
	signs := func(change func(*clients.Client)) func(path, audience string) hubtest.Reply {
		a := w.App(func(c *clients.Client) {
			c.AuthMethod, c.JWKS = clientauth.MethodKey, string(keytest.JWKS(t, mine))
			change(c)
		})
		return func(path, audience string) hubtest.Reply {
			return w.Raw(path, url.Values{
				"client_id": {a.ID}, "token": {"x"}, "client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
				"client_assertion": {keytest.Sign(t, mine, keytest.Assertion(a.ID, audience, w.Clock.Now()), nil)},
			}.Encode())
		}
	}
	ordinary := signs(func(*clients.Client) {})
	hubtest.Want(t, "the realm's token endpoint", ordinary("/realms/main/protocol/openid-connect/token/introspect", w.URL+token).Status, 200)
	hubtest.Refused(t, "another realm's", ordinary("/realms/other/protocol/openid-connect/token/introspect", w.URL+token), 401, "invalid_client")
	hubtest.Refused(t, "a realm's at the hub's own address", ordinary("/oauth2/introspect", w.URL+token), 401, "invalid_client")
}

func TestARegistrationBelowARealmIsReadThere(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	for _, method := range []string{"GET", "DELETE"} {
		want := w.SendJSON(method, "/oauth2/register/somebody", "", nil)
		got := w.SendJSON(method, "/realms/main/clients-registrations/openid-connect/somebody", "", nil)
		hubtest.Want(t, method, got.Status, want.Status)
		hubtest.Want(t, method+" is no page that there is not", got.Status != 404, true)
	}
}
