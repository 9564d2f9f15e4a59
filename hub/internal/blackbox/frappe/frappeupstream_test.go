package frappe_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/testkit/faultstore"
	"github.com/fedhub/fedhub/internal/testkit/frappetest"
)

func newest(k *federation.LoginKey) {
	k.Options = map[string]string{federation.OptionVersion: federation.SiteBinds}
}

func TestAFrappeSiteOfEveryGenerationSignsPeopleIn(t *testing.T) {
	for _, g := range frappetest.Generations() {
		s := hubtest.Above(t, g)
		a := s.App()
		var subject any
		for range 2 { // the second time in another browser
			r := s.SignIn(s.Browser(), a, "scope", "openid profile email roles")
			info := s.Userinfo(r.Str("access_token"))
			hubtest.Want(t, g.String()+": name", info.Str("name"), "Asha Rao")
			hubtest.Want(t, g.String()+": the address is proven", info.JSON["email_verified"], any(false))
			sub := hubtest.ClaimsOf(t, r.Str("id_token"))["sub"]
			if subject != nil {
				hubtest.Want(t, "the subject the second time", sub, subject)
			}
			subject = sub
		}
		hubtest.Want(t, g.String()+": the pinned issuer", s.Key("erp").Issuer, s.Site.URL)
		hubtest.Want(t, g.String()+": tokens alive at the site", s.Alive(), 0)
		if strings.Contains(s.Logs.String(), s.Client.Secret) || strings.Contains(hubtest.Dump(t, s.World), s.Client.Secret) {
			t.Errorf("%s: the secret is kept or logged (FE-48)", g)
		}
	}
}

// The site's account Administrator has no email, so it identifies no user.
func TestTheAdministratorOfASiteIsToldWhy(t *testing.T) {
	for _, g := range frappetest.Generations() {
		s := hubtest.Above(t, g)
		s.There(func(u *frappetest.Person) { u.Subject = "" })
		b := s.Browser()
		p := s.Come(b, b.Open("/signin"), hubtest.AshaThere, frappetest.Allow)
		if p.Status != http.StatusBadGateway || !strings.Contains(p.Body, "such as Administrator") {
			t.Errorf("%s: got %d:\n%s", g, p.Status, p.Body)
		}
	}
}

func TestNoAdministratorComesInThroughAnOlderSite(t *testing.T) {
	for name, row := range map[string]struct {
		change func(*federation.LoginKey)
		in     bool
	}{"older": {hubtest.Keeping, false}, "newer": {func(k *federation.LoginKey) { newest(k); hubtest.Keeping(k) }, true}} {
		s := hubtest.Above(t, frappetest.G3, row.change)
		admin := s.Operator()
		var subject string
		s.There(func(u *frappetest.Person) { subject = u.Subject })
		admin.Submit(admin.Open("/admin/account-links"), "/admin/account-links/link", "account", hubtest.RootHere, "subject", subject, "key", "erp")
		b := s.Browser()
		p := s.Come(b, b.Open("/signin"), hubtest.AshaThere, frappetest.Allow)
		hubtest.Want(t, name+": signed in", strings.Contains(b.Open("/account").Body, hubtest.RootHere), row.in)
		if row.in {
			continue
		}
		hubtest.Want(t, name+": status", p.Status, http.StatusForbidden)
		hubtest.Want(t, name+": tokens alive at the site", s.Alive(), 0)
		if !strings.Contains(s.Logs.String(), "D14") && !strings.Contains(s.Logs.String(), "is not secure enough for administrators") {
			t.Errorf("%s: the log does not say why", name)
		}
		// An administrator cannot link an identity of the site to their account
		// either.
		admin = s.Browser()
		s.Person("second@example.org", "admin")
		admin.SignIn(admin.Open("/signin"), "second@example.org")
		p = s.Come(admin, admin.Post(admin.Open("/account/connections"), "/account/connect/erp"), hubtest.AshaThere, frappetest.Allow)
		hubtest.Want(t, name+": connecting", p.Status, http.StatusConflict)
		hubtest.Want(t, name+": told why", strings.Contains(p.Body, "is not secure enough for administrators"), true)
	}
}

// A session from an older site gives no administrator rights, even if the user
// becomes an administrator later.
func TestWhoBecomesAnAdministratorMeanwhileSignsInAnotherWay(t *testing.T) {
	for name, row := range map[string]struct {
		change func(*federation.LoginKey)
		status int
	}{"older": {hubtest.Keeping, http.StatusForbidden}, "newer": {newest, http.StatusOK}} {
		db := faultstore.New(hubtest.OpenSQLite(t))
		s := hubtest.AboveOn(t, db, frappetest.G3, row.change)
		s.Person(hubtest.RootHere, users.AdminRole)
		b := s.Browser()
		s.Come(b, b.Open("/signin"), hubtest.AshaThere, frappetest.Allow)
		all, err := s.Hub.Users(t.Context(), "", 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range all {
			if u.Email != hubtest.RootHere {
				if _, err := s.Hub.People().SetRoles(t.Context(), u.ID, []string{users.AdminRole}); err != nil {
					t.Fatal(err)
				}
			}
		}
		hubtest.Want(t, name, b.Open("/admin/clients").Status, row.status)
		s.Clock.Skip(time.Minute)
		db.Arm(faultstore.Plan{Counts: ofLoginKeys, Nth: 1, Onwards: true})
		hubtest.Want(t, name+": while nobody knows what the key is", b.Open("/admin/clients").Status, http.StatusServiceUnavailable)
	}
}

// ofLoginKeys counts the searches for login keys.
func ofLoginKeys(c faultstore.Call) bool { return c.Verb == "Find" && c.Set == "loginkeys" }

// An older site accepts any secret; only the ID token's signature shows that it
// is wrong.
func TestATestWithAWrongSecretNamesIt(t *testing.T) {
	s := hubtest.Above(t, frappetest.G1)
	b := s.Operator()
	b.Submit(b.Open("/admin/providers/erp"), "/admin/providers/erp", "client_secret", "0000000000")
	stop := s.Site.Visit(t, b.Submit(b.Open("/admin/providers/erp"), "/admin/providers/erp/try").Location, hubtest.AshaThere, frappetest.Allow)
	p := b.Open(stop.To)
	if !strings.Contains(p.Body, "#client_secret") || !strings.Contains(p.Body, "Copy App Client Secret") {
		t.Errorf("got\n%s", p.Body)
	}
	// If the site uses another issuer, the error says what to enter.
	s = hubtest.Above(t, frappetest.G1)
	s.Site.Edit(func(site *frappetest.Site) { site.BaseURL = "https://upstream.example.com" })
	b = s.Operator()
	stop = s.Site.Visit(t, b.Submit(b.Open("/admin/providers/erp"), "/admin/providers/erp/try").Location, hubtest.AshaThere, frappetest.Allow)
	p = b.Open(stop.To)
	if !strings.Contains(p.Body, "#options.issuer") || !strings.Contains(p.Body, "https://upstream.example.com") {
		t.Errorf("got\n%s", p.Body)
	}
}

func TestNoRoleOfAnOlderSiteMakesAnAdministrator(t *testing.T) {
	s := hubtest.Above(t, frappetest.G1, func(k *federation.LoginKey) {
		k.RoleMap = map[string]string{"Accounts User": users.AdminRole, "Accounts Manager": "managers"}
	})
	s.There(func(u *frappetest.Person) { u.Roles = append(u.Roles, "Accounts Manager") })
	r := s.SignIn(s.Browser(), s.App(), "scope", "openid profile email roles")
	hubtest.Want(t, "roles", hubtest.Roles(s.World, r), "managers")
}

func TestATestOfASiteShowsWhatArrivesAndLeavesNothing(t *testing.T) {
	s := hubtest.Above(t, frappetest.G1, hubtest.Keeping)
	b := s.Operator()
	kept := func() (all string) {
		for _, set := range []string{"users", "identities", "decisions", "ties", "grants", "families", "invitations"} {
			all += hubtest.DumpOf(t, s.World, set)
		}
		return all
	}
	before := kept()
	stop := s.Site.Visit(t, b.Submit(b.Open("/admin/providers/erp"), "/admin/providers/erp/try").Location, hubtest.AshaThere, frappetest.Allow)
	p := b.Open(stop.To)
	for _, text := range []string{"Token", "ID token checks", "UserInfo", "Mapping", "Accounts User", "in the form", "short", "refuses administrators of this hub", "does not report whether an email is verified"} {
		if !strings.Contains(p.Body, text) {
			t.Errorf("the page does not say %q:\n%s", text, p.Body)
		}
	}
	hubtest.Want(t, "pairs alive", s.Alive(), 0)
	hubtest.Want(t, "who and what is known afterwards", kept(), before)
	if p := b.Open("/admin/providers/erp"); !strings.Contains(p.Body, s.URL+"/signin/from/erp") || !strings.Contains(p.Body, "Version of the site") {
		t.Errorf("the key's page lacks something:\n%s", p.Body)
	}
}

// An administrator enters an address, a client ID and a secret.
func TestASiteToComeFromIsAddedByItsAddress(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	site := frappetest.NewPlainPrimary(t, frappetest.G1, nil)
	b := w.Operator()
	p := b.Open("/admin/providers/new?preset=frappe")
	p = b.Submit(p, "/admin/providers", "base_url", site.URL+"/app", "client_id", "b8772aed5c", "client_secret", "be3b1c2179")
	if p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Body, "at the root of its host") {
		t.Fatalf("a path: got %d:\n%s", p.Status, p.Body)
	}
	p = b.Submit(p, "/admin/providers", "base_url", site.URL+"/", "client_secret", "be3b1c2179")
	k := w.Key("frappe")
	if k.Kind != federation.KindFrappe || k.BaseURL != site.URL || k.ClientID != "b8772aed5c" || !k.SecretShort {
		t.Errorf("got %d and %+v", p.Status, k)
	}
	// Without it, only one client authentication method would be tried.
	if k.Options[federation.OptionCredentials] != "" {
		t.Errorf("what was left open is %v", k.Options)
	}
	if list := b.Open("/admin/providers"); !strings.Contains(list.Body, "secret is short") {
		t.Errorf("nobody is warned of the secret:\n%s", list.Body)
	}
}
