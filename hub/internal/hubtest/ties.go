package hubtest

import (
	"strings"
	"testing"

	"github.com/fedhub/fedhub/federation"
)

// Tied is an app at a secondary with a user of the primary. The secondary keeps
// the user's tokens and checks the user with them again.
func Tied(t *testing.T, w *World, change ...func(*federation.LoginKey)) (hubs Pair, a *App, r Reply) {
	t.Helper()
	hubs, a, r, _ = TiedIn(t, w, change...)
	return hubs, a, r
}

// TiedIn is Tied, with the browser in which the user is signed in.
func TiedIn(t *testing.T, w *World, change ...func(*federation.LoginKey)) (hubs Pair, a *App, r Reply, b *Browser) {
	t.Helper()
	w.Person("ada@example.org", "staff")
	w.Person("root@example.org", "admin")
	hubs = NewPair(t, w, append(change, func(k *federation.LoginKey) {
		k.Direct, k.RoleMap = true, map[string]string{"staff": "member", "lead": "leader"}
	})...)
	a = hubs.Secondary.App()
	b = hubs.Secondary.Browser()
	p := b.Walk(b.Authorize(a.Request("scope", "openid profile email roles offline_access")), "ada@example.org", hubs.Primary, hubs.Secondary)
	return hubs, a, a.Redeem(b.Answer(p).Get("code")), b
}

// Ada is the id of ada's account at a hub.
func Ada(t *testing.T, w *World) string {
	t.Helper()
	all, err := w.Hub.Users(t.Context(), "", 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range all {
		if u.Email == "ada@example.org" {
			return u.ID
		}
	}
	t.Fatal("ada is not there")
	return ""
}

func Roles(w *World, r Reply) string {
	list, _ := w.Userinfo(r.Str("access_token")).JSON["roles"].([]any)
	var out []string
	for _, one := range list {
		out = append(out, one.(string))
	}
	return strings.Join(out, " ")
}
