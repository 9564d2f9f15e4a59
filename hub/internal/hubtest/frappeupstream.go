package hubtest

import (
	"strings"
	"testing"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/internal/testkit/frappetest"
)

// A SiteAbove is a simulated Frappe site as the provider.
type SiteAbove struct {
	*World
	Site   *frappetest.Primary
	Client frappetest.Client
}

const (
	AshaThere = "asha@example.com"
	RootHere  = "root@example.org"
)

// Above sets up a hub with the login key "erp" for a site with the user Asha.
// change may edit the key.
func Above(t *testing.T, g frappetest.Generation, change ...func(*federation.LoginKey)) *SiteAbove {
	t.Helper()
	return AboveOn(t, OpenSQLite(t), g, change...)
}

func AboveOn(t *testing.T, db store.Backend, g frappetest.Generation, change ...func(*federation.LoginKey)) *SiteAbove {
	t.Helper()
	s := &SiteAbove{World: NewWorld(t, db)}
	s.Site = frappetest.NewPlainPrimary(t, g, func(site *frappetest.Site) { site.Now = s.Clock.Now })
	s.Site.Join(AshaThere, "Asha", "Rao", "Accounts User")
	s.Client = s.Site.Register(s.URL + "/signin/from/erp")
	key := federation.LoginKey{
		ID: "erp", Kind: federation.KindFrappe, Preset: "frappe", Name: "Example ERP", BaseURL: s.Site.URL, ClientID: s.Client.ID, Enabled: true,
		SignUps: federation.Allow, RoleMap: map[string]string{"Accounts User": "accounts", "Accounts Manager": "managers", "All": "everybody"},
	}
	for _, edit := range change {
		edit(&key)
	}
	if _, err := s.Hub.KeepLoginKey(t.Context(), audit.Named("test"), key, s.Client.Secret); err != nil {
		t.Fatal(err)
	}
	return s
}

// Come follows a page that leads to the site, presses a button there as this
// user, and returns to the hub.
func (s *SiteAbove) Come(b *Browser, p Page, who, button string) Page {
	s.Helper()
	if p.Location == "" {
		p = b.Submit(p, "/signin/with/erp")
	}
	if !strings.HasPrefix(p.Location, s.Site.URL+"/") {
		s.Fatalf("got %d, sent to %q:\n%s", p.Status, p.Location, p.Body)
	}
	stop := s.Site.Visit(s, p.Location, who, button)
	if !strings.HasPrefix(stop.To, s.URL+"/") {
		s.Fatalf("the site answered %d and sent the browser to %q: %s", stop.Status, stop.To, stop.Body)
	}
	return b.Open(stop.To)
}

// SignIn is Come from an app, with the app's answer.
func (s *SiteAbove) SignIn(b *Browser, a *App, pairs ...string) Reply {
	s.Helper()
	p := s.Come(b, b.Authorize(a.Request(pairs...)), AshaThere, frappetest.Allow)
	if strings.Contains(p.Body, `action="/consent"`) {
		p = b.Submit(p, "/consent", "decision", "allow")
	}
	return a.Redeem(b.Answer(p).Get("code"))
}

// Alive counts pairs of tokens that the site has not revoked.
func (s *SiteAbove) Alive() (n int) {
	s.Site.Edit(func(site *frappetest.Site) {
		for _, t := range site.Tokens {
			if !t.Revoked {
				n++
			}
		}
	})
	return n
}

func (s *SiteAbove) There(edit func(*frappetest.Person)) {
	s.Site.Edit(func(site *frappetest.Site) {
		u := site.People[AshaThere]
		edit(&u)
		site.People[AshaThere] = u
	})
}

func Keeping(k *federation.LoginKey) { k.KeepTokens = true }
