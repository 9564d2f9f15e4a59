package signin_test

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/users"
)

func TestAnInvitedPersonMakesTheirAccount(t *testing.T) {
	w, box := hubtest.MailingWorld(t)
	w.Person("root@example.org", "admin")
	root := w.Home("root@example.org")
	p := root.Submit(root.Open("/admin/users"), "/admin/users/invite", "email", "Grace@example.org", "roles", "editors")
	if !strings.Contains(p.Body, "Invited. We sent them an email.") || strings.Contains(p.Body, "/invite/") || !strings.Contains(p.Body, "Grace@example.org") {
		t.Errorf("%s", p.Body)
	}
	link := box.Link(w, "Grace@example.org")
	b := w.Browser()
	weak := b.Submit(b.Open(link), link, "name", "Grace Hopper", "password", "short")
	hubtest.Want(t, "a weak password", weak.Status, http.StatusUnprocessableEntity)
	done := b.Submit(weak, link, "password", hubtest.Password)
	if done.URL.Path != "/account" || !strings.Contains(done.Body, "Grace Hopper") || !strings.Contains(done.Body, "editors") || strings.Contains(done.Body, "Not verified") {
		t.Errorf("%d %s", done.Status, done.Body)
	}
	hubtest.Want(t, "again", w.Browser().Open(link).Status, http.StatusGone)
	if p := root.Open("/admin/users"); strings.Contains(p.Body, "/admin/users/withdraw") {
		t.Error("the invitation is still there")
	}
	taken := root.Submit(root.Open("/admin/users"), "/admin/users/invite", "email", "grace@EXAMPLE.org")
	hubtest.Want(t, "who is here", taken.Status, http.StatusUnprocessableEntity)
	bad := root.Submit(root.Open("/admin/users"), "/admin/users/invite", "email", "not an address")
	hubtest.Want(t, "no address", bad.Status, http.StatusUnprocessableEntity)
}

func TestAnInvitationEnds(t *testing.T) {
	w, box := hubtest.MailingWorld(t)
	w.Person("root@example.org", "admin")
	root := w.Home("root@example.org")
	invite := func() string {
		root.Submit(root.Open("/admin/users"), "/admin/users/invite", "email", "grace@example.org")
		return box.Link(w, "grace@example.org")
	}
	first := invite()
	second := invite()
	hubtest.Want(t, "the replaced link", w.Browser().Open(first).Status, http.StatusGone)
	hubtest.Want(t, "the new link", w.Browser().Open(second).Status, 200)
	root.Submit(root.Open("/admin/users"), "/admin/users/withdraw")
	hubtest.Want(t, "withdrawn", w.Browser().Open(second).Status, http.StatusGone)
	third := invite()
	w.Clock.Skip(8 * 24 * time.Hour)
	hubtest.Want(t, "after a week", w.Browser().Open(third).Status, http.StatusGone)
}

func TestAnInvitationIsAcceptedOnce(t *testing.T) {
	w, box := hubtest.MailingWorld(t)
	link, _, err := w.Hub.InviteUser(t.Context(), audit.Named("test"), users.NewInvitation{Email: "grace@example.org", Roles: []string{"editors"}})
	if err != nil {
		t.Fatal(err)
	}
	path := strings.TrimPrefix(link, w.URL)
	racers, forms := make([]*hubtest.Browser, 32), make([]hubtest.Page, 32)
	for i := range racers {
		racers[i] = w.Browser()
		forms[i] = racers[i].Open(path)
	}
	var won atomic.Int64
	var group sync.WaitGroup
	for i := range racers {
		racer, form := racers[i], forms[i]
		group.Go(func() {
			if p := racer.Submit(form, path, "name", "Grace", "password", hubtest.Password); p.URL.Path == "/account" {
				won.Add(1)
			}
		})
	}
	group.Wait()
	hubtest.Want(t, "winners", won.Load(), int64(1))
	// The link was shown, not emailed, so it proves no address.
	if p := w.Home("grace@example.org").Open("/account"); !strings.Contains(p.Body, "Not verified") {
		t.Error("a link that went from hand to hand proved an address")
	}
	box.Link(w, "grace@example.org") // they got an email to prove it
}

// TestARoleOfAnInvitationComesWithAProvenAddress: a provider that verified the
// invited address gives its user the invited role, and the invitation is used.
func TestARoleOfAnInvitationComesWithAProvenAddress(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("grace@example.org")
	hubs := hubtest.NewPair(t, w)
	if _, _, err := hubs.Secondary.Hub.InviteUser(t.Context(), audit.Named("test"), users.NewInvitation{Email: "grace@example.org", Roles: []string{"editors"}}); err != nil {
		t.Fatal(err)
	}
	a := hubs.Secondary.App()
	b := hubs.Secondary.Browser()
	r := a.Redeem(b.Answer(hubs.Through(b, a, "grace@example.org", "scope", "openid email roles")).Get("code"))
	info := hubs.Secondary.Userinfo(r.Str("access_token"))
	if !strings.Contains(info.Body, "editors") {
		t.Errorf("userinfo says %s", info.Body)
	}
	u, err := hubs.Secondary.Hub.FindUser(t.Context(), "grace@example.org")
	if err != nil || !u.Has("editors") {
		t.Errorf("%v %v", u.Roles, err)
	}
}
