package signin_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/testkit/federationtest"
)

// odd is a hub with a login key for a scripted provider.
func odd(t *testing.T, script func(*federationtest.Script)) (*hubtest.World, *federationtest.Upstream) {
	t.Helper()
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	u := federationtest.NewPlainUpstream(t, w.Clock.Now)
	u.Set(func(s *federationtest.Script) {
		s.Client = federationtest.Client{ID: "us", Secret: "secret"}
		script(s)
	})
	_, err := w.Hub.AddLoginKey(t.Context(), audit.Named("test"), federation.LoginKey{
		ID: "company", Kind: federation.KindOpenID, Name: "Company", BaseURL: u.URL, ClientID: "us", Enabled: true, Direct: true,
		SignUps: federation.Allow, TrustEmail: true, RoleMap: map[string]string{"staff": "member", "boss": "chief", "root": "admin"},
	}, "secret", "")
	if err != nil {
		t.Fatal(err)
	}
	w.Person("root@example.org", "admin") // so that others can lose the role
	return w, u
}

// come signs a user in there and returns the last page.
func come(w *hubtest.World) (*hubtest.Browser, hubtest.Page) {
	b := w.Browser()
	return b, b.Walk(b.Open("/account"), "", w)
}

// looking is an administrator's browser, signed in by password, because the hub
// redirects everybody else to the provider.
func looking(w *hubtest.World) *hubtest.Browser {
	b := w.Browser()
	b.SignIn(b.Open("/signin?local=1"), "root@example.org")
	return b
}

// A provider generates or rotates its key a moment after the hub read its JWKS.
func TestAProviderThatMakesAKeyTheMomentItSignsIsWaitedFor(t *testing.T) {
	w, u := odd(t, func(*federationtest.Script) {})
	for _, kid := range []string{"second", "third"} {
		if b, p := come(w); p.URL.Path != "/account" || p.Status != http.StatusOK {
			t.Fatalf("before %s: ended at %s with %d:\n%s", kid, p.URL, p.Status, b.Open("/").Body)
		}
		u.Rotate(kid)
	}
}

// What real providers send, all at once: a date for a number (ADFS), a fractional
// lifetime, groups of mixed types, a key with an unrelated certificate.
func TestAProviderThatSendsWhatNobodyExpectsSignsPeopleIn(t *testing.T) {
	w, _ := odd(t, func(s *federationtest.Script) {
		s.Token = func(answer map[string]any) { answer["expires_in"] = json.Number("3600.0") }
		s.IDToken = func(claims map[string]any) {
			claims["auth_time"], claims["amr"], claims["sid"] = "2022-08-24T12:17:06.060Z", 7, []int{1}
			groups := make([]any, 5000)
			for i := range groups {
				groups[i] = fmt.Sprint("g", i)
			}
			groups[0], groups[4999] = map[string]any{"id": 1}, "staff"
			claims["groups"] = groups
		}
		s.Person = func(_ string, claims map[string]any) {
			claims["locale"], claims["picture"] = 7, []string{"x"}
			delete(claims, "roles")
		}
		s.Discovery = func(doc map[string]any) { doc["scopes_supported"], doc["claims_supported"] = "openid", 7 }
	})
	if _, p := come(w); p.URL.Path != "/account" || p.Status != http.StatusOK {
		t.Fatalf("ended at %s with %d:\n%s", p.URL, p.Status, p.Body)
	}
	u, err := w.Hub.FindUser(t.Context(), "ada@example.org")
	if err != nil || !slices.Equal(u.Roles, []string{"member"}) || u.Username != "ada" {
		t.Errorf("got %+v, %v", u, err)
	}
}

// A user without name and email is shown by the provider's user name, on every
// page and to apps.
func TestAPersonWithoutNameAndAddressIsShownByTheirUserName(t *testing.T) {
	w, _ := odd(t, func(s *federationtest.Script) {
		s.Person = func(_ string, claims map[string]any) {
			for name := range claims {
				if name != "sub" {
					delete(claims, name)
				}
			}
			claims["preferred_username"] = "ada.l"
		}
	})
	a := w.App(func(c *clients.Client) { c.IDTokenClaims = true })
	b := w.Browser()
	asks := b.Walk(b.Open("/account"), "", w)
	if !strings.Contains(asks.Body, "ada.l") {
		t.Errorf("the account page does not say ada.l:\n%s", asks.Body)
	}
	consent := b.Authorize(a.Request())
	answer := b.Answer(b.Submit(consent, "/consent", "decision", "allow"))
	tokens := a.Redeem(answer.Get("code"))
	claims := w.Verified(tokens.Str("id_token"), "RS256", "")
	id := w.Userinfo(tokens.Str("access_token")).Str("sub")
	if got := w.Userinfo(tokens.Str("access_token")).Str("preferred_username"); got != "ada.l" || claims["preferred_username"] != "ada.l" {
		t.Errorf("userinfo says %q, the ID token %v", got, claims["preferred_username"])
	}
	root := looking(w)
	user := "/admin/users/" + id
	for what, p := range map[string]hubtest.Page{
		"consent": consent, "users": root.Open("/admin/users"), "the person": root.Open(user), "found by user name": root.Open("/admin/users?q=ada.l"),
		"traces": root.Open("/admin/sign-in-log"), "choose": b.Authorize(a.Request("prompt", "select_account")),
	} {
		if !strings.Contains(p.Body, "ada.l") {
			t.Errorf("%s does not say ada.l:\n%s", what, p.Body)
		}
		shown := strings.NewReplacer(user, "", "<code>"+id+"</code>", "", "/admin/audit?who="+id, "", "/admin/audit?whom="+id, "").Replace(p.Body)
		if strings.Contains(shown, id) {
			t.Errorf("%s shows somebody by their id", what)
		}
	}
}

// For a user in many groups, Entra ID sends a link instead of the groups. The
// last known roles stay for two weeks, except the administrator's; the pages show
// that before and after they end.
func TestRolesThatAProviderSaysNoMoreEndInView(t *testing.T) {
	says := []string{"staff", "boss", "root"}
	var known bool
	w, u := odd(t, func(*federationtest.Script) {})
	say := func(yes bool) {
		known = yes
		u.Set(func(s *federationtest.Script) {
			s.Person = func(_ string, claims map[string]any) { delete(claims, "roles") }
			s.IDToken = func(claims map[string]any) {
				if known {
					claims["groups"] = says
					return
				}
				claims["_claim_names"] = map[string]any{"groups": "src1"}
				claims["_claim_sources"] = map[string]any{"src1": map[string]any{"endpoint": "https://graph.example/groups"}}
			}
		})
	}
	ada := func() users.User {
		t.Helper()
		u, err := w.Hub.FindUser(t.Context(), "ada@example.org")
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	overview := func() string { return looking(w).Open("/admin").Body }
	told := func() (whys []string) {
		t.Helper()
		for _, trace := range w.Traced() {
			for _, s := range trace.Steps {
				if s.What == audit.RolesUnknown || s.What == audit.RolesLapsed {
					whys = append(whys, s.What+" "+s.Why.Args["kept"]+"/"+s.Why.Args["taken"])
				}
			}
		}
		return whys
	}
	say(true)
	come(w)
	if got := ada().Roles; !slices.Equal(got, []string{"admin", "chief", "member"}) {
		t.Fatalf("at first: %q", got)
	}
	if strings.Contains(overview(), "sends their groups") {
		t.Error("the overview worries before there is a reason")
	}

	w.Clock.Skip(5 * 24 * time.Hour)
	say(false)
	come(w)
	if got := ada().Roles; !slices.Equal(got, []string{"chief", "member"}) {
		t.Errorf("unknown for a moment: %q", got)
	}
	if got := overview(); !strings.Contains(got, "Company no longer sends their groups") {
		t.Errorf("the overview does not say that roles are unknown:\n%s", got)
	}
	if got := told(); len(got) != 1 || !strings.HasPrefix(got[0], audit.RolesUnknown) || !strings.Contains(got[0], "chief") || !strings.Contains(got[0], "admin") {
		t.Errorf("the traces say %q", got)
	}

	w.Clock.Skip(8 * 24 * time.Hour)
	come(w) // another sign-in does not confirm the roles
	if err := w.Hub.Linking().EndUnknown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := ada().Roles; !slices.Equal(got, []string{"chief", "member"}) {
		t.Errorf("on the 13th day: %q", got)
	}

	w.Clock.Skip(25 * time.Hour)
	if err := w.Hub.Linking().EndUnknown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := ada().Roles; len(got) != 0 {
		t.Errorf("after 14 days: %q", got)
	}
	if got := overview(); !strings.Contains(got, "Roles of users from Company ended") {
		t.Errorf("the overview does not say that roles ended:\n%s", got)
	}

	say(true)
	come(w)
	if got := ada().Roles; !slices.Equal(got, []string{"admin", "chief", "member"}) {
		t.Errorf("known again: %q", got)
	}
	w.Clock.Skip(15 * 24 * time.Hour)
	say(false)
	come(w)
	if got := ada().Roles; len(got) != 0 {
		t.Errorf("unknown after more than 14 days: %q", got)
	}
	if got := told(); !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, audit.RolesLapsed) }) {
		t.Errorf("the traces say %q", got)
	}
}
