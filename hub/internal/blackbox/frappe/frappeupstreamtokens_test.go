package frappe_test

import (
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/internal/testkit/frappetest"
)

func TestWhatChangesAtASiteArrivesAtTheNextRefresh(t *testing.T) {
	for _, g := range frappetest.Generations() {
		s := hubtest.Above(t, g, hubtest.Keeping)
		a := s.App()
		r := s.SignIn(s.Browser(), a, "scope", "openid profile email roles offline_access")
		hubtest.Want(t, "roles at first", hubtest.Roles(s.World, r), "accounts")
		hubtest.Want(t, "pairs alive", s.Alive(), 1)
		for range 2 { // the second one with the tokens of the first
			s.There(func(u *frappetest.Person) { u.Last = "King"; u.Roles = []string{"Accounts Manager", "All"} })
			s.Clock.Skip(2 * time.Hour)
			r = a.Refresh(r.Str("refresh_token"))
			hubtest.Want(t, g.String()+": refresh", r.Status, 200)
			hubtest.Want(t, g.String()+": roles after a while", hubtest.Roles(s.World, r), "managers")
			hubtest.Want(t, g.String()+": pairs alive after refreshing", s.Alive(), 1)
		}
		hubtest.Want(t, "name", s.Userinfo(r.Str("access_token")).Str("name"), "Asha King")
		s.SignIn(s.Browser(), a)
		hubtest.Want(t, g.String()+": pairs alive after another sign-in", s.Alive(), 1)

		s.Site.Edit(func(site *frappetest.Site) {
			for i := range site.Tokens {
				site.Tokens[i].Revoked = true
			}
		})
		s.Clock.Skip(2 * time.Hour)
		hubtest.Refused(t, g.String()+": when the site took the tokens back", a.Refresh(r.Str("refresh_token")), 400, "invalid_grant")
		s.Site.Edit(func(site *frappetest.Site) {
			for _, token := range site.Tokens {
				if strings.Contains(hubtest.Dump(t, s.World)+s.Logs.String(), token.Refresh) {
					t.Errorf("%s: a token of the site is kept or logged as it is", g)
				}
			}
		})
	}
}

func TestSigningOutOfASiteGivesItsTokensBack(t *testing.T) {
	s := hubtest.Above(t, frappetest.G2a, hubtest.Keeping, func(k *federation.LoginKey) { k.SignOutThere = true })
	b := s.Browser()
	s.SignIn(b, s.App())
	hubtest.Want(t, "pairs alive", s.Alive(), 1)
	p := b.Submit(b.Open("/signout"), "/signout")
	hubtest.Want(t, "pairs alive after signing out", s.Alive(), 0)
	if !strings.Contains(p.Body, `id="sign-out-there-0"`) || !strings.Contains(p.Body, s.Site.URL+"/?cmd=web_logout") {
		t.Errorf("the page does not lead on:\n%s", p.Body)
	}
}

// A sign-out must not stop the checks at the site: apps with offline tokens and
// other browsers still depend on them.
func TestSigningOutStopsNoLookThatIsStillNeeded(t *testing.T) {
	s := hubtest.Above(t, frappetest.G2a, hubtest.Keeping, func(k *federation.LoginKey) { k.SignOutThere = true })
	a, b := s.App(), s.Browser()
	r := s.SignIn(b, a, "scope", "openid offline_access")
	b.Submit(b.Open("/signout"), "/signout")
	hubtest.Want(t, "pairs alive while an app goes on", s.Alive(), 1)
	s.Site.Edit(func(site *frappetest.Site) {
		for i := range site.Tokens {
			site.Tokens[i].Revoked = true
		}
	})
	s.Clock.Skip(2 * time.Hour)
	hubtest.Refused(t, "when the site turned them off", a.Refresh(r.Str("refresh_token")), 400, "invalid_grant")

	one, two := s.Browser(), s.Browser()
	s.SignIn(one, s.App())
	s.SignIn(two, s.App())
	one.Submit(one.Open("/signout"), "/signout")
	hubtest.Want(t, "pairs alive while another browser goes on", s.Alive(), 1)
	two.Submit(two.Open("/signout"), "/signout")
	hubtest.Want(t, "pairs alive after the last", s.Alive(), 0)
}

// After unlinking there are no more checks, so the tokens are revoked.
func TestDisconnectingASiteGivesItsTokensBack(t *testing.T) {
	for name, disconnect := range map[string]func(s *hubtest.SiteAbove, b *hubtest.Browser, i linking.Identity){
		"by the person": func(_ *hubtest.SiteAbove, b *hubtest.Browser, _ linking.Identity) {
			p := b.Submit(b.Open("/account/connections"), "/account/connections/remove")
			b.Submit(b.Prove(p, "prove_password", "a long way round the houses"), "/account/connections/remove")
		},
		"by an administrator": func(s *hubtest.SiteAbove, _ *hubtest.Browser, i linking.Identity) {
			admin := s.Operator()
			admin.Submit(admin.Open("/admin/users/"+i.UserID), "/admin/users/"+i.UserID+"/unlink")
		},
		"by command": func(s *hubtest.SiteAbove, _ *hubtest.Browser, i linking.Identity) {
			if err := s.Hub.Unlink(t.Context(), audit.Named("test"), i.UserID, i.ID); err != nil {
				t.Error(err)
			}
		},
	} {
		s := hubtest.Above(t, frappetest.G4, hubtest.Keeping, func(k *federation.LoginKey) { k.TrustEmail = true })
		b := s.Browser()
		s.SignIn(b, s.App())
		i := s.Identity()
		if _, err := s.Hub.People().SetPassword(t.Context(), i.UserID, "a long way round the houses"); err != nil {
			t.Fatal(err)
		}
		b = s.Browser()
		s.Come(b, b.Open("/signin"), hubtest.AshaThere, frappetest.Allow)
		hubtest.Want(t, name+": pairs alive before", s.Alive(), 1)
		disconnect(s, b, i)
		hubtest.Want(t, name+": pairs alive", s.Alive(), 0)
	}
}

// Two simultaneous refreshes cause one request to the site: a newer site would
// take the second for the replay of a used token.
func TestRefreshesAtASiteAreMadeOneAfterTheOther(t *testing.T) {
	s := hubtest.Above(t, frappetest.G3, hubtest.Keeping)
	var apps []*hubtest.App
	var tokens []string
	for range 4 {
		a, b := s.App(), s.Browser()
		r := s.SignIn(b, a, "scope", "openid offline_access")
		apps, tokens = append(apps, a), append(tokens, r.Str("refresh_token"))
	}
	s.Clock.Skip(2 * time.Hour)
	before := s.Asked("get_token")
	status := make([]int, len(apps))
	hubtest.AtOnce(len(apps), func(i int) {
		if r, err := apps[i].Try("/oauth2/token", "grant_type", "refresh_token", "refresh_token", tokens[i]); err == nil {
			status[i] = r.Status
		}
	})
	for _, got := range status {
		hubtest.Want(t, "status", got, 200)
	}
	hubtest.Want(t, "requests for a token", s.Asked("get_token")-before, 1)
	hubtest.Want(t, "pairs alive", s.Alive(), 1)
}
