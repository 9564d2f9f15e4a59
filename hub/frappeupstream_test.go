package hub_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/frappe/frappetest"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/testkit/faultstore"
)

// A siteAbove is a simulated Frappe site that people come from.
type siteAbove struct {
	*world
	site   *frappetest.Primary
	client frappetest.Client
}

const (
	ashaThere = "asha@example.com"
	rootHere  = "root@example.org"
)

// above sets up a hub with the login key "erp", which leads to a site that
// Asha is on. change may edit the key.
func above(t *testing.T, g frappetest.Generation, change ...func(*federation.LoginKey)) *siteAbove {
	t.Helper()
	return aboveOn(t, openSQLite(t), g, change...)
}

func aboveOn(t *testing.T, db store.Backend, g frappetest.Generation, change ...func(*federation.LoginKey)) *siteAbove {
	t.Helper()
	s := &siteAbove{world: newWorld(t, db)}
	s.site = frappetest.NewPlainPrimary(t, g, func(site *frappetest.Site) { site.Now = s.clock.now })
	s.site.Join(ashaThere, "Asha", "Rao", "Accounts User")
	s.client = s.site.Register(s.URL + "/signin/from/erp")
	key := federation.LoginKey{
		ID: "erp", Kind: federation.KindFrappe, Preset: "frappe", Name: "Example ERP", BaseURL: s.site.URL, ClientID: s.client.ID, Enabled: true,
		SignUps: federation.Allow, RoleMap: map[string]string{"Accounts User": "accounts", "Accounts Manager": "managers", "All": "everybody"},
	}
	for _, edit := range change {
		edit(&key)
	}
	if _, err := s.Hub.KeepLoginKey(t.Context(), "test", key, s.client.Secret); err != nil {
		t.Fatal(err)
	}
	return s
}

// come goes on from a page that leads to the site, presses a button there as
// somebody, and is back at the hub.
func (s *siteAbove) come(b *browser, p page, who, button string) page {
	s.Helper()
	if p.Location == "" {
		p = b.submit(p, "/signin/with/erp")
	}
	if !strings.HasPrefix(p.Location, s.site.URL+"/") {
		s.Fatalf("got %d, sent to %q:\n%s", p.Status, p.Location, p.Body)
	}
	stop := s.site.Visit(s, p.Location, who, button)
	if !strings.HasPrefix(stop.To, s.URL+"/") {
		s.Fatalf("the site answered %d and sent the browser to %q: %s", stop.Status, stop.To, stop.Body)
	}
	return b.open(stop.To)
}

// signIn is come from an app, and what the app gets.
func (s *siteAbove) signIn(b *browser, a *app, pairs ...string) reply {
	s.Helper()
	p := s.come(b, b.authorize(a.request(pairs...)), ashaThere, frappetest.Allow)
	if strings.Contains(p.Body, `action="/consent"`) {
		p = b.submit(p, "/consent", "decision", "allow")
	}
	return a.redeem(b.answer(p).Get("code"))
}

// alive counts pairs of tokens that the site has not taken back.
func (s *siteAbove) alive() (n int) {
	s.site.Edit(func(site *frappetest.Site) {
		for _, t := range site.Tokens {
			if !t.Revoked {
				n++
			}
		}
	})
	return n
}

func (s *siteAbove) there(edit func(*frappetest.Person)) {
	s.site.Edit(func(site *frappetest.Site) {
		u := site.People[ashaThere]
		edit(&u)
		site.People[ashaThere] = u
	})
}

func newest(k *federation.LoginKey) {
	k.Options = map[string]string{federation.OptionVersion: federation.SiteBinds}
}
func keeping(k *federation.LoginKey) { k.KeepTokens = true }

func TestAFrappeSiteOfEveryGenerationSignsPeopleIn(t *testing.T) {
	for _, g := range frappetest.Generations() {
		s := above(t, g)
		a := s.app()
		var subject any
		for range 2 { // the second time in another browser
			r := s.signIn(s.browser(), a, "scope", "openid profile email roles")
			info := s.userinfo(r.str("access_token"))
			want(t, g.String()+": name", info.str("name"), "Asha Rao")
			want(t, g.String()+": the address is proven", info.JSON["email_verified"], any(false))
			sub := claimsOf(t, r.str("id_token"))["sub"]
			if subject != nil {
				want(t, "the subject the second time", sub, subject)
			}
			subject = sub
		}
		want(t, g.String()+": the pinned issuer", s.key("erp").Issuer, s.site.URL)
		want(t, g.String()+": tokens alive at the site", s.alive(), 0)
		if strings.Contains(s.log.String(), s.client.Secret) || strings.Contains(dump(t, s.world), s.client.Secret) {
			t.Errorf("%s: the secret is kept or logged (FE-48)", g)
		}
	}
}

// The site's account Administrator names nobody.
func TestTheAdministratorOfASiteIsToldWhy(t *testing.T) {
	for _, g := range frappetest.Generations() {
		s := above(t, g)
		s.there(func(u *frappetest.Person) { u.Subject = "" })
		b := s.browser()
		p := s.come(b, b.open("/signin"), ashaThere, frappetest.Allow)
		if p.Status != http.StatusBadGateway || !strings.Contains(p.Body, "such as Administrator") {
			t.Errorf("%s: got %d:\n%s", g, p.Status, p.Body)
		}
	}
}

func TestNoAdministratorComesInThroughAnOlderSite(t *testing.T) {
	for name, row := range map[string]struct {
		change func(*federation.LoginKey)
		in     bool
	}{"older": {keeping, false}, "newer": {func(k *federation.LoginKey) { newest(k); keeping(k) }, true}} {
		s := above(t, frappetest.G3, row.change)
		admin := s.operator()
		var subject string
		s.there(func(u *frappetest.Person) { subject = u.Subject })
		admin.submit(admin.open("/admin/decisions"), "/admin/decisions/link", "account", rootHere, "subject", subject, "key", "erp")
		b := s.browser()
		p := s.come(b, b.open("/signin"), ashaThere, frappetest.Allow)
		want(t, name+": signed in", strings.Contains(b.open("/account").Body, rootHere), row.in)
		if row.in {
			continue
		}
		want(t, name+": status", p.Status, http.StatusForbidden)
		want(t, name+": tokens alive at the site", s.alive(), 0)
		if !strings.Contains(s.log.String(), "D14") && !strings.Contains(s.log.String(), "proves too little for one") {
			t.Errorf("%s: the log does not say why", name)
		}
		// Nor does one connect it to their own account.
		admin = s.browser()
		s.person("second@example.org", "admin")
		admin.signIn(admin.open("/signin"), "second@example.org")
		p = s.come(admin, admin.post(admin.open("/account/connections"), "/account/connect/erp"), ashaThere, frappetest.Allow)
		want(t, name+": connecting", p.Status, http.StatusConflict)
		want(t, name+": told why", strings.Contains(p.Body, "proves too little for one"), true)
	}
}

// A session that an older site began stays none of an administrator's, whatever
// becomes of the person meanwhile.
func TestWhoBecomesAnAdministratorMeanwhileSignsInAnotherWay(t *testing.T) {
	for name, row := range map[string]struct {
		change func(*federation.LoginKey)
		status int
	}{"older": {keeping, http.StatusForbidden}, "newer": {newest, http.StatusOK}} {
		db := faultstore.New(openSQLite(t))
		s := aboveOn(t, db, frappetest.G3, row.change)
		s.person(rootHere, users.AdminRole)
		b := s.browser()
		s.come(b, b.open("/signin"), ashaThere, frappetest.Allow)
		all, err := s.Hub.Users(t.Context(), "", 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range all {
			if u.Email != rootHere {
				if _, err := s.Hub.People().SetRoles(t.Context(), u.ID, []string{users.AdminRole}); err != nil {
					t.Fatal(err)
				}
			}
		}
		want(t, name, b.open("/admin/clients").Status, row.status)
		s.clock.skip(time.Minute)
		db.Arm(faultstore.Plan{Counts: ofLoginKeys, Nth: 1, Onwards: true})
		want(t, name+": while nobody knows what the key is", b.open("/admin/clients").Status, http.StatusServiceUnavailable)
	}
}

// ofLoginKeys counts the searches for login keys.
func ofLoginKeys(c faultstore.Call) bool { return c.Verb == "Find" && c.Set == "loginkeys" }

// An older site takes any secret; only the ID token shows that it is wrong.
func TestATestWithAWrongSecretNamesIt(t *testing.T) {
	s := above(t, frappetest.G1)
	b := s.operator()
	b.submit(b.open("/admin/keys/erp"), "/admin/keys/erp", "client_secret", "0000000000")
	stop := s.site.Visit(t, b.submit(b.open("/admin/keys/erp"), "/admin/keys/erp/try").Location, ashaThere, frappetest.Allow)
	p := b.open(stop.To)
	if !strings.Contains(p.Body, "#client_secret") || !strings.Contains(p.Body, "copy App Client Secret") {
		t.Errorf("got\n%s", p.Body)
	}
	// And one that calls itself by another name says what to enter.
	s = above(t, frappetest.G1)
	s.site.Edit(func(site *frappetest.Site) { site.BaseURL = "https://upstream.example.com" })
	b = s.operator()
	stop = s.site.Visit(t, b.submit(b.open("/admin/keys/erp"), "/admin/keys/erp/try").Location, ashaThere, frappetest.Allow)
	p = b.open(stop.To)
	if !strings.Contains(p.Body, "#options.issuer") || !strings.Contains(p.Body, "https://upstream.example.com") {
		t.Errorf("got\n%s", p.Body)
	}
}

func TestNoRoleOfAnOlderSiteMakesAnAdministrator(t *testing.T) {
	s := above(t, frappetest.G1, func(k *federation.LoginKey) {
		k.RoleMap = map[string]string{"Accounts User": users.AdminRole, "Accounts Manager": "managers"}
	})
	s.there(func(u *frappetest.Person) { u.Roles = append(u.Roles, "Accounts Manager") })
	r := s.signIn(s.browser(), s.app(), "scope", "openid profile email roles")
	want(t, "roles", roles(s.world, r), "managers")
}

func TestATestOfASiteShowsWhatArrivesAndLeavesNothing(t *testing.T) {
	s := above(t, frappetest.G1, keeping)
	b := s.operator()
	kept := func() (all string) {
		for _, set := range []string{"users", "identities", "decisions", "ties", "grants", "families", "invitations"} {
			all += dumpOf(t, s.world, set)
		}
		return all
	}
	before := kept()
	stop := s.site.Visit(t, b.submit(b.open("/admin/keys/erp"), "/admin/keys/erp/try").Location, ashaThere, frappetest.Allow)
	p := b.open(stop.To)
	for _, text := range []string{"Token", "ID token checks", "User information", "Mapping", "Accounts User", "in the form", "short", "turned away by this key", "says of no email address"} {
		if !strings.Contains(p.Body, text) {
			t.Errorf("the page does not say %q:\n%s", text, p.Body)
		}
	}
	want(t, "pairs alive", s.alive(), 0)
	want(t, "who and what is known afterwards", kept(), before)
	if p := b.open("/admin/keys/erp"); !strings.Contains(p.Body, s.URL+"/signin/from/erp") || !strings.Contains(p.Body, "Version of the site") {
		t.Errorf("the key's page lacks something:\n%s", p.Body)
	}
}

// An administrator types an address, a client id and a secret, and no more.
func TestASiteToComeFromIsAddedByItsAddress(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	site := frappetest.NewPlainPrimary(t, frappetest.G1, nil)
	b := w.operator()
	p := b.open("/admin/keys/new?preset=frappe")
	p = b.submit(p, "/admin/keys", "base_url", site.URL+"/app", "client_id", "b8772aed5c", "client_secret", "be3b1c2179")
	if p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Body, "at the top of its host") {
		t.Fatalf("a path: got %d:\n%s", p.Status, p.Body)
	}
	p = b.submit(p, "/admin/keys", "base_url", site.URL+"/", "client_secret", "be3b1c2179")
	k := w.key("frappe")
	if k.Kind != federation.KindFrappe || k.BaseURL != site.URL || k.ClientID != "b8772aed5c" || !k.SecretShort {
		t.Errorf("got %d and %+v", p.Status, k)
	}
	// Otherwise only one way of sending the secret would be tried.
	if k.Options[federation.OptionCredentials] != "" {
		t.Errorf("what was left open is %v", k.Options)
	}
	if list := b.open("/admin/keys"); !strings.Contains(list.Body, "secret is short") {
		t.Errorf("nobody is warned of the secret:\n%s", list.Body)
	}
}
