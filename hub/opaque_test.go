package hub_test

import (
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
)

func TestAClientMayHaveAccessTokensThatSayNothing(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	ada := w.person("ada@example.org")
	a := w.app(func(c *clients.Client) { c.OpaqueTokens, c.ClientCredentials = true, true })
	r := w.signedIn(a)
	token := r.str("access_token")
	if !strings.HasPrefix(token, "fha_") || strings.Contains(token, ".") {
		t.Fatalf("the access token is %q", token)
	}
	want(t, "userinfo", w.userinfo(token).str("sub"), ada.ID)
	found := a.post("/oauth2/introspect", "token", token)
	want(t, "introspection: sub", found.str("sub"), ada.ID)
	want(t, "introspection: scope", found.str("scope"), "openid profile email")
	if strings.Contains(dump(t, w), token) {
		t.Error("the token lies open in the database")
	}
	refused(t, "a letter less", w.userinfo(token[:len(token)-1]), 401, "invalid_token")

	own := a.post("/oauth2/token", "grant_type", "client_credentials", "scope", "files").str("access_token")
	want(t, "its own token", a.active(own), true)
	for _, one := range []string{own, token} {
		want(t, "revoking", a.post("/oauth2/revoke", "token", one).Status, 200)
		want(t, "active after revoking", a.active(one), false)
	}
	late := w.signedIn(a).str("access_token")
	w.clock.skip(16 * time.Minute)
	refused(t, "an old token", w.userinfo(late), 401, "invalid_token")
}
