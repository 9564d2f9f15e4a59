package hub_test

import (
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/frappe/frappetest"
	"github.com/fedhub/fedhub/hub/users"
)

func TestWhatChangesAtASiteArrivesAtTheNextRefresh(t *testing.T) {
	for _, g := range frappetest.Generations() {
		s := above(t, g, keeping)
		a := s.app()
		r := s.signIn(s.browser(), a, "scope", "openid profile email roles offline_access")
		want(t, "roles at first", roles(s.world, r), "accounts")
		want(t, "pairs alive", s.alive(), 1)
		for range 2 { // the second with the pair that the first brought
			s.there(func(u *frappetest.Person) { u.Last = "King"; u.Roles = []string{"Accounts Manager", "All"} })
			s.clock.skip(2 * time.Hour)
			r = a.refresh(r.str("refresh_token"))
			want(t, g.String()+": refresh", r.Status, 200)
			want(t, g.String()+": roles after a while", roles(s.world, r), "managers")
			want(t, g.String()+": pairs alive after refreshing", s.alive(), 1)
		}
		want(t, "name", s.userinfo(r.str("access_token")).str("name"), "Asha King")
		s.signIn(s.browser(), a)
		want(t, g.String()+": pairs alive after another sign-in", s.alive(), 1)

		s.site.Edit(func(site *frappetest.Site) {
			for i := range site.Tokens {
				site.Tokens[i].Revoked = true
			}
		})
		s.clock.skip(2 * time.Hour)
		refused(t, g.String()+": when the site took the tokens back", a.refresh(r.str("refresh_token")), 400, "invalid_grant")
		s.site.Edit(func(site *frappetest.Site) {
			for _, token := range site.Tokens {
				if strings.Contains(dump(t, s.world)+s.log.String(), token.Refresh) {
					t.Errorf("%s: a token of the site is kept or logged as it is", g)
				}
			}
		})
	}
}

func TestSigningOutOfASiteGivesItsTokensBack(t *testing.T) {
	s := above(t, frappetest.G2a, keeping, func(k *federation.LoginKey) { k.SignOutThere = true })
	b := s.browser()
	s.signIn(b, s.app())
	want(t, "pairs alive", s.alive(), 1)
	p := b.submit(b.open("/signout"), "/signout")
	want(t, "pairs alive after signing out", s.alive(), 0)
	if !strings.Contains(p.Body, `id="sign-out-there"`) || !strings.Contains(p.Body, s.site.URL+"/?cmd=web_logout") {
		t.Errorf("the page does not lead on:\n%s", p.Body)
	}
}

// Whoever signs out must not get rid of the look at them: an app that goes on
// without them, and another browser, still depend on the site.
func TestSigningOutStopsNoLookThatIsStillNeeded(t *testing.T) {
	s := above(t, frappetest.G2a, keeping, func(k *federation.LoginKey) { k.SignOutThere = true })
	a, b := s.app(), s.browser()
	r := s.signIn(b, a, "scope", "openid offline_access")
	b.submit(b.open("/signout"), "/signout")
	want(t, "pairs alive while an app goes on", s.alive(), 1)
	s.site.Edit(func(site *frappetest.Site) {
		for i := range site.Tokens {
			site.Tokens[i].Revoked = true
		}
	})
	s.clock.skip(2 * time.Hour)
	refused(t, "when the site turned them off", a.refresh(r.str("refresh_token")), 400, "invalid_grant")

	one, two := s.browser(), s.browser()
	s.signIn(one, s.app())
	s.signIn(two, s.app())
	one.submit(one.open("/signout"), "/signout")
	want(t, "pairs alive while another browser goes on", s.alive(), 1)
	two.submit(two.open("/signout"), "/signout")
	want(t, "pairs alive after the last", s.alive(), 0)
}

// What is disconnected is looked at no more, so its tokens go back.
func TestDisconnectingASiteGivesItsTokensBack(t *testing.T) {
	for name, disconnect := range map[string]func(s *siteAbove, b *browser, i users.Identity){
		"by the person": func(_ *siteAbove, b *browser, _ users.Identity) {
			b.submit(b.open("/account/connections"), "/account/connections/remove")
		},
		"by an administrator": func(s *siteAbove, _ *browser, i users.Identity) {
			admin := s.operator()
			admin.submit(admin.open("/admin/users/"+i.UserID), "/admin/users/"+i.UserID+"/unlink")
		},
		"by command": func(s *siteAbove, _ *browser, i users.Identity) {
			if _, err := s.Hub.Unlink(t.Context(), "test", i); err != nil {
				t.Error(err)
			}
		},
	} {
		s := above(t, frappetest.G4, keeping)
		b := s.browser()
		s.signIn(b, s.app())
		i := s.identity()
		if _, err := s.Hub.People().SetPassword(t.Context(), i.UserID, "a long way round the houses"); err != nil {
			t.Fatal(err)
		}
		b = s.browser()
		s.come(b, b.open("/signin"), ashaThere, frappetest.Allow)
		want(t, name+": pairs alive before", s.alive(), 1)
		disconnect(s, b, i)
		want(t, name+": pairs alive", s.alive(), 0)
	}
}

// identity is the one that somebody has at the site.
func (s *siteAbove) identity() users.Identity {
	s.Helper()
	all, err := s.Hub.Users(s.Context(), "", 10)
	if err != nil {
		s.Fatal(err)
	}
	for _, u := range all {
		if linked, err := s.Hub.Identities(s.Context(), u.ID); err == nil && len(linked) == 1 {
			return linked[0]
		}
	}
	s.Fatal("nobody has one")
	return users.Identity{}
}

// Two apps that refresh at one moment make one request at the site: a newer
// site would take the second for the use of a token that is over.
func TestRefreshesAtASiteAreMadeOneAfterTheOther(t *testing.T) {
	s := above(t, frappetest.G3, keeping)
	var apps []*app
	var tokens []string
	for range 4 {
		a, b := s.app(), s.browser()
		r := s.signIn(b, a, "scope", "openid offline_access")
		apps, tokens = append(apps, a), append(tokens, r.str("refresh_token"))
	}
	s.clock.skip(2 * time.Hour)
	before := s.asked("get_token")
	status := make([]int, len(apps))
	atOnce(len(apps), func(i int) {
		if r, err := apps[i].try("/oauth2/token", "grant_type", "refresh_token", "refresh_token", tokens[i]); err == nil {
			status[i] = r.Status
		}
	})
	for _, got := range status {
		want(t, "status", got, 200)
	}
	want(t, "requests for a token", s.asked("get_token")-before, 1)
	want(t, "pairs alive", s.alive(), 1)
}

func (s *siteAbove) asked(method string) (n int) {
	s.site.Edit(func(site *frappetest.Site) {
		for _, a := range site.Asked {
			if strings.HasSuffix(a, "."+method) {
				n++
			}
		}
	})
	return n
}
