package hub_test

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/users"
)

func TestAnInvitedPersonMakesTheirAccount(t *testing.T) {
	w, box := mailingWorld(t)
	w.person("root@example.org", "admin")
	root := w.home("root@example.org")
	p := root.submit(root.open("/admin/users"), "/admin/users/invite", "email", "Grace@example.org", "roles", "editors")
	if !strings.Contains(p.Body, "Invited. A letter is on its way.") || strings.Contains(p.Body, "/invite/") || !strings.Contains(p.Body, "Grace@example.org") {
		t.Errorf("%s", p.Body)
	}
	link := box.link(w, "Grace@example.org")
	b := w.browser()
	weak := b.submit(b.open(link), link, "name", "Grace Hopper", "password", "short")
	want(t, "a weak password", weak.Status, http.StatusUnprocessableEntity)
	done := b.submit(weak, link, "password", password)
	if done.URL.Path != "/account" || !strings.Contains(done.Body, "Grace Hopper") || !strings.Contains(done.Body, "editors") || strings.Contains(done.Body, "Not verified") {
		t.Errorf("%d %s", done.Status, done.Body)
	}
	want(t, "again", w.browser().open(link).Status, http.StatusGone)
	if p := root.open("/admin/users"); strings.Contains(p.Body, "/admin/users/withdraw") {
		t.Error("the invitation is still there")
	}
	taken := root.submit(root.open("/admin/users"), "/admin/users/invite", "email", "grace@EXAMPLE.org")
	want(t, "who is here", taken.Status, http.StatusUnprocessableEntity)
	bad := root.submit(root.open("/admin/users"), "/admin/users/invite", "email", "not an address")
	want(t, "no address", bad.Status, http.StatusUnprocessableEntity)
}

func TestAnInvitationEnds(t *testing.T) {
	w, box := mailingWorld(t)
	w.person("root@example.org", "admin")
	root := w.home("root@example.org")
	invite := func() string {
		root.submit(root.open("/admin/users"), "/admin/users/invite", "email", "grace@example.org")
		return box.link(w, "grace@example.org")
	}
	first := invite()
	second := invite()
	want(t, "the replaced link", w.browser().open(first).Status, http.StatusGone)
	want(t, "the new link", w.browser().open(second).Status, 200)
	root.submit(root.open("/admin/users"), "/admin/users/withdraw")
	want(t, "withdrawn", w.browser().open(second).Status, http.StatusGone)
	third := invite()
	w.clock.skip(8 * 24 * time.Hour)
	want(t, "after a week", w.browser().open(third).Status, http.StatusGone)
}

func TestAnInvitationIsAcceptedOnce(t *testing.T) {
	w, box := mailingWorld(t)
	link, _, err := w.Hub.InviteUser(t.Context(), users.NewInvitation{Email: "grace@example.org", By: "test", Roles: []string{"editors"}})
	if err != nil {
		t.Fatal(err)
	}
	path := strings.TrimPrefix(link, w.URL)
	racers, forms := make([]*browser, 32), make([]page, 32)
	for i := range racers {
		racers[i] = w.browser()
		forms[i] = racers[i].open(path)
	}
	var won atomic.Int64
	var group sync.WaitGroup
	for i := range racers {
		racer, form := racers[i], forms[i]
		group.Go(func() {
			if p := racer.submit(form, path, "name", "Grace", "password", password); p.URL.Path == "/account" {
				won.Add(1)
			}
		})
	}
	group.Wait()
	want(t, "winners", won.Load(), int64(1))
	// The link was shown and not mailed, so it proved no address.
	if p := w.home("grace@example.org").open("/account"); !strings.Contains(p.Body, "Not verified") {
		t.Error("a link that went from hand to hand proved an address")
	}
	box.link(w, "grace@example.org") // they were asked to prove it
}

// TestARoleOfAnInvitationComesWithAProvenAddress: whoever an upstream vouches
// for gets what the address was invited to, and the invitation is used.
func TestARoleOfAnInvitationComesWithAProvenAddress(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("grace@example.org")
	hubs := newPair(t, w)
	if _, _, err := hubs.secondary.Hub.InviteUser(t.Context(), users.NewInvitation{Email: "grace@example.org", By: "test", Roles: []string{"editors"}}); err != nil {
		t.Fatal(err)
	}
	a := hubs.secondary.app()
	b := hubs.secondary.browser()
	r := a.redeem(b.answer(hubs.through(b, a, "grace@example.org", "scope", "openid email roles")).Get("code"))
	info := hubs.secondary.userinfo(r.str("access_token"))
	if !strings.Contains(info.Body, "editors") {
		t.Errorf("userinfo says %s", info.Body)
	}
	u, err := hubs.secondary.Hub.FindUser(t.Context(), "grace@example.org")
	if err != nil || !u.Has("editors") {
		t.Errorf("%v %v", u.Roles, err)
	}
}
