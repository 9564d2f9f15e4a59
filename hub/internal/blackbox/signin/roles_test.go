package signin_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/mapping"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users"
)

// rolesThrough are the hub roles of a user with this name and these roles at the
// provider.
func rolesThrough(t *testing.T, claims federation.Claims, name string, roles ...string) []string {
	t.Helper()
	hubs := hubtest.NewProvider(t, func(k *federation.LoginKey) {
		k.Enabled, k.Direct, k.TrustEmail = true, true, true
		k.SignUps, k.Scopes, k.Claims = federation.Allow, []string{"openid", "profile", "email", "roles"}, claims
		k.RoleMap = map[string]string{"admin": "admin", "Support admin": "help desk", "staff": "member"}
	})
	hubs.Secondary.Person("root@example.org", "admin")
	_, err := hubs.Primary.Hub.AddUser(t.Context(), audit.Named("test"), users.NewUser{Email: "ada@example.org", EmailVerified: true,
		Profile: users.Profile{Name: name}, Roles: roles, Password: hubtest.Password})
	if err != nil {
		t.Fatal(err)
	}
	b := hubs.Secondary.Browser()
	b.Walk(b.Open("/account"), "ada@example.org", hubs.Primary, hubs.Secondary)
	u, err := hubs.Secondary.Hub.FindUser(t.Context(), "ada@example.org")
	if err != nil {
		t.Fatal(err)
	}
	return u.Roles
}

// A group with a space in its name is one group, also if it is the user's only
// one.
func TestTheOneGroupSupportAdminMakesNoAdministrator(t *testing.T) {
	groups := federation.Claims{Roles: "roles"}
	cut := federation.Claims{Roles: "roles", RolesText: mapping.Blanks}
	name := federation.Claims{Roles: "name", RolesText: mapping.Blanks}
	for _, row := range []struct {
		what   string
		claims federation.Claims
		name   string
		roles  []string
		want   string
	}{
		{"one group", groups, "Ada", []string{"Support admin"}, "help desk"},
		{"one group, where texts are cut", cut, "Ada", []string{"Support admin"}, "help desk"},
		{"two groups", groups, "Ada", []string{"Support admin", "staff"}, "help desk,member"},
		{"the group itself", groups, "Ada", []string{"admin"}, "admin"},
		{"a text", federation.Claims{Roles: "name"}, "Support admin", nil, "help desk"},
		{"words of a text", name, "staff admin", nil, "member"},
	} {
		if got := strings.Join(rolesThrough(t, row.claims, row.name, row.roles...), ","); got != row.want {
			t.Errorf("%s: got %q, want %q", row.what, got, row.want)
		}
	}
}

// For any characters in a name, the form shows the stored rule.
func TestNamesOfRolesHoldWhatTheyLike(t *testing.T) {
	hubtest.OnBothEngines(t, func(t *testing.T, w *hubtest.World) {
		b := w.Operator()
		key := w.OpenIDKey("Company", "https://id.example.org")
		path := "/admin/providers/" + key.ID
		rules := map[string]string{
			"Support admin": "help desk", "a.b.c": "x.y", "/org/team": "team/one", "urn:x:y": "u:v", "a, b": "c, d",
			"cn=staff,dc=example": "d=e", "a = b": "c", "a =": "b", "Staff": "staff",
		}
		b.Submit(b.Open(path), path, "role_map", mapping.Rules(rules).String())
		for range 2 { // as typed, and as shown
			if got := w.Key(key.ID).RoleMap; !maps.Equal(got, rules) {
				t.Fatalf("got %q", got)
			}
			b.Submit(b.Open(path), path)
		}
		for _, typed := range []string{"cn=staff,dc=example", "a = b\na = c", "$a = b"} {
			p := b.Submit(b.Open(path), path, "role_map", typed)
			if p.Status != 422 || !strings.Contains(p.Body, `id="role_map-error"`) {
				t.Errorf("%q: got %d without a word at the field", typed, p.Status)
			}
		}
		// The same for users and applications.
		names := []string{"Accounts, senior", "Support admin", "cn=staff,dc=example"}
		ada := w.Person("ada@example.org")
		b.Submit(b.Open("/admin/users/"+ada.ID), "/admin/users/"+ada.ID+"/roles", "roles", strings.Join(names, "\r\n"))
		b.Submit(b.Open("/admin/users/"+ada.ID), "/admin/users/"+ada.ID+"/roles") // as shown
		if u, err := w.Hub.User(t.Context(), ada.ID); err != nil || !slices.Equal(u.Roles, names) {
			t.Errorf("the person has %q, %v", u.Roles, err)
		}
		app := w.App(func(c *clients.Client) { c.AllowedRoles = names })
		if c := b.Saved(app); !slices.Equal(c.AllowedRoles, names) {
			t.Errorf("the application is for %q", c.AllowedRoles)
		}
		b.Submit(b.Open("/admin/users"), "/admin/users/invite", "email", "grace@example.org", "roles", strings.Join(names, "\n"))
		for _, name := range names {
			if invited := hubtest.DumpOf(t, w, "invitations"); !strings.Contains(invited, `"`+name+`"`) {
				t.Errorf("nobody was invited as %q: %s", name, invited)
			}
		}
		p := b.Submit(b.Open(path+"/simulate"), path+"/simulate", "subject", "1", "email", "x@example.org", "roles", "Support admin\na, b\nadmin")
		if !strings.Contains(p.Body, `<span class="chip">help desk</span>`) || !strings.Contains(p.Body, `<span class="chip">c, d</span>`) {
			t.Errorf("the simulator knows other names:\n%s", p.Body)
		}
	})
}

// A text is split only if the key says so. Existing keys get that setting at the
// first start, because earlier versions always split; their page shows it.
func TestAKeyOfBeforeGoesOnCuttingTextsAndSaysSo(t *testing.T) {
	db := hubtest.OpenSQLite(t)
	if err := db.Prepare(t.Context(), []store.CollectionSpec{{Name: "schema"}, {Name: "loginkeys"}}); err != nil {
		t.Fatal(err)
	}
	if err := store.NewCollection[schemaOfBefore](db, "schema", time.Now).Insert(t.Context(), schemaOfBefore{ID: "schema", Major: 2, Done: 1}); err != nil {
		t.Fatal(err)
	}
	keys := store.NewCollection[federation.LoginKey](db, "loginkeys", time.Now)
	for _, k := range []federation.LoginKey{
		{ID: "placed", Claims: federation.Claims{Roles: "groups"}},
		{ID: "usual"},
	} {
		k.Kind, k.Name, k.BaseURL, k.ClientID, k.Enabled = federation.KindOpenID, k.ID, "https://id.example.org", "us", true
		k.SignUps, k.Linking, k.RoleMap = federation.Deny, federation.Confirm, map[string]string{"staff": "member"}
		if err := keys.Insert(t.Context(), k); err != nil {
			t.Fatal(err)
		}
	}
	w := hubtest.NewWorldAs(t, db, hub.Config{})
	hubtest.Want(t, "where a place was named", w.Key("placed").Claims.RolesText, mapping.Blanks)
	hubtest.Want(t, "where none was", w.Key("usual").Claims.RolesText, mapping.One)
	b := w.Operator()
	says := func(id string) bool { return strings.Contains(b.Open("/admin/providers/"+id).Body, `id="roles-cut"`) }
	hubtest.Want(t, "the page of a key that cuts says so", says("placed"), true)
	hubtest.Want(t, "the page of one that does not", says("usual"), false)
	b.Submit(b.Open("/admin/providers/placed"), "/admin/providers/placed")
	hubtest.Want(t, "saved as it is shown", w.Key("placed").Claims.RolesText, mapping.Blanks)
	_, form, _ := hubtest.Form(b.Open("/admin/providers/placed").Body, "/admin/providers/placed")
	form.Set("claims.roles_text", mapping.One)
	b.Read(b.PostForm(w.URL+"/admin/providers/placed", form))
	hubtest.Want(t, "one name", w.Key("placed").Claims.RolesText, mapping.One)
	hubtest.Want(t, "and the page then", says("placed"), false)
	p := b.Submit(b.Open("/admin/providers/placed"), "/admin/providers/placed", "claims.roles_text", "dots")
	hubtest.Want(t, "at dots", p.Status, 422)

	b.Submit(b.Open("/admin/providers/new?preset=gitlab"), "/admin/providers", "client_id", "us", "client_secret", "a very secret thing")
	hubtest.Want(t, "a new key has a place", w.Key("gitlab").Claims.Roles != "", true)
	hubtest.Want(t, "a new key", w.Key("gitlab").Claims.RolesText, mapping.One)
	// Later starts do not change the choice.
	again := hubtest.NewWorldAs(t, db, hub.Config{URL: w.URL})
	hubtest.Want(t, "after another start", again.Key("gitlab").Claims.RolesText+again.Key("placed").Claims.RolesText, mapping.One)
}

// schemaOfBefore is the schema version of an earlier release.
type schemaOfBefore struct {
	ID    string `bson:"id"`
	Major int    `bson:"major"`
	Done  int    `bson:"done"`
}

func (schemaOfBefore) Key() string { return "schema" }
