package token_test

import (
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

func TestAClientMayHaveAccessTokensThatSayNothing(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	ada := w.Person("ada@example.org")
	a := w.App(func(c *clients.Client) { c.OpaqueTokens = true; c.SetGrant(clients.GrantClientCredentials, true) })
	r := w.SignedIn(a)
	token := r.Str("access_token")
	if !strings.HasPrefix(token, "fha_") || strings.Contains(token, ".") {
		t.Fatalf("the access token is %q", token)
	}
	hubtest.Want(t, "userinfo", w.Userinfo(token).Str("sub"), ada.ID)
	found := a.Post("/oauth2/introspect", "token", token)
	hubtest.Want(t, "introspection: sub", found.Str("sub"), ada.ID)
	hubtest.Want(t, "introspection: scope", found.Str("scope"), "openid profile email")
	if strings.Contains(hubtest.Dump(t, w), token) {
		t.Error("the token lies open in the database")
	}
	hubtest.Refused(t, "a letter less", w.Userinfo(token[:len(token)-1]), 401, "invalid_token")

	own := a.Post("/oauth2/token", "grant_type", "client_credentials", "scope", "files").Str("access_token")
	hubtest.Want(t, "its own token", a.Active(own), true)
	for _, one := range []string{own, token} {
		hubtest.Want(t, "revoking", a.Post("/oauth2/revoke", "token", one).Status, 200)
		hubtest.Want(t, "active after revoking", a.Active(one), false)
	}
	late := w.SignedIn(a).Str("access_token")
	w.Clock.Skip(16 * time.Minute)
	hubtest.Refused(t, "an old token", w.Userinfo(late), 401, "invalid_token")
}
