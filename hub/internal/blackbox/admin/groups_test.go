package admin_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/mapping"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users/groups"
)

func madeGroup(t *testing.T, w *hubtest.World, e groups.Edit) groups.Group {
	t.Helper()
	g, err := w.Hub.AddGroup(t.Context(), audit.Named("test"), e)
	hubtest.Done(t, err)
	return g
}

func TestRolesOfAGroupCountLikeOwnRolesUntilTheMembershipEnds(t *testing.T) {
	hubtest.OnBothEngines(t, func(t *testing.T, w *hubtest.World) {
		root := w.Operator()
		ada := w.Person("ada@example.org", "own")
		a := w.App(func(c *clients.Client) {
			c.Scopes = append(c.Scopes, "groups")
			c.AllowedRoles = []string{"employee"}
		})
		company := madeGroup(t, w, groups.Edit{Name: "Company", Roles: []string{"employee"}})
		p := root.Submit(root.Open("/admin/groups"), "/admin/groups", "name", "Sales team", "description", "Sells")
		sales, err := w.Hub.FindGroup(t.Context(), "sales team")
		hubtest.Done(t, err)
		path := "/admin/groups/" + sales.ID
		hubtest.Want(t, "the page of the new group", p.URL.Path, path)
		root.Submit(p, path, "roles", "seller", "parent", company.ID)

		b := w.Home("ada@example.org")
		hubtest.Want(t, "without the group", b.Answer(b.Authorize(a.Request("scope", "openid roles groups"))).Get("error"), "access_denied")
		root.Submit(root.Open(path+"?q=ada@example.org"), path+"/members/add", "user", ada.ID)
		page := root.Open(path)
		if !strings.Contains(page.Body, "1 member<") || !strings.Contains(page.Body, "ada@example.org") {
			t.Errorf("the group does not show its member: %s", hubtest.Gist(page.Body))
		}
		r := a.Redeem(b.Answer(b.Walk(b.Authorize(a.Request("scope", "openid roles groups offline_access")), "ada@example.org", w)).Get("code"))
		token := r.Str("access_token")
		hubtest.Want(t, "roles", fmt.Sprint(w.Userinfo(token).JSON["roles"]), "[employee own seller]")
		hubtest.Want(t, "groups", fmt.Sprint(w.Userinfo(token).JSON["groups"]), "[Company Sales team]")
		seen := a.Post("/oauth2/introspect", "token", token)
		hubtest.Want(t, "roles of introspection", fmt.Sprint(seen.JSON["roles"]), "[employee own seller]")
		hubtest.Want(t, "groups of introspection", fmt.Sprint(seen.JSON["groups"]), "[Company Sales team]")

		root.Submit(root.Open(path), path+"/members/remove", "user", ada.ID)
		hubtest.Want(t, "roles afterwards", fmt.Sprint(w.Userinfo(token).JSON["roles"]), "[own]")
		hubtest.Want(t, "introspection afterwards", fmt.Sprint(a.Post("/oauth2/introspect", "token", token).JSON["roles"]), "[own]")
		again := a.Refresh(r.Str("refresh_token"))
		hubtest.Want(t, "refresh without the required role", again.Status, http.StatusBadRequest)
	})
}

func TestAnAdministratorByAGroupIsOneUntilTheMembershipEnds(t *testing.T) {
	hubtest.OnBothEngines(t, func(t *testing.T, w *hubtest.World) {
		root := w.Operator()
		ada := w.Person("ada@example.org")
		g := madeGroup(t, w, groups.Edit{Name: "Admins", Administrators: true})
		path := "/admin/groups/" + g.ID
		b := w.Home("ada@example.org")
		hubtest.Want(t, "before", b.Open("/admin/groups").Status, http.StatusForbidden)
		_, err := w.Hub.AddMember(t.Context(), audit.Named("test"), g.ID, ada.ID)
		hubtest.Done(t, err)
		hubtest.Want(t, "as a member", b.Open("/admin/groups").Status, http.StatusOK)
		// Whoever is an administrator by the group only does not lock themselves out.
		hubtest.Want(t, "leaving", b.Submit(b.Open(path), path+"/members/remove", "user", ada.ID).Status, http.StatusConflict)
		hubtest.Want(t, "switching it off", b.Submit(b.Open(path), path, "administrators", "").Status, http.StatusConflict)
		hubtest.Want(t, "deleting it", b.Submit(b.Open(path+"/delete"), path+"/delete").Status, http.StatusConflict)
		root.Submit(root.Open(path), path+"/members/remove", "user", ada.ID)
		hubtest.Want(t, "afterwards", b.Open("/admin/groups").Status, http.StatusForbidden)
	})
}

func TestTheSecondOfTwoAdministratorsSeesWhatChanged(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	root := w.Operator()
	g := madeGroup(t, w, groups.Edit{Name: "Sales"})
	path := "/admin/groups/" + g.ID
	mine, theirs := root.Open(path), root.Open(path)
	root.Submit(theirs, path, "description", "Sells everything")
	p := root.Submit(mine, path, "name", "Selling")
	hubtest.Want(t, "status", p.Status, http.StatusConflict)
	if !strings.Contains(p.Body, "Sells everything") || !strings.Contains(p.Body, `value="Selling"`) {
		t.Errorf("got %s", hubtest.Gist(p.Body))
	}
	hubtest.Want(t, "once more", root.Submit(p, path).URL.Query().Get("done"), "saved")
	now, err := w.Hub.Group(t.Context(), g.ID)
	hubtest.Done(t, err)
	hubtest.Want(t, "name", now.Name, "Selling")
}

func TestADeletedGroupGivesNothingAndIsForgotten(t *testing.T) {
	hubtest.OnBothEngines(t, func(t *testing.T, w *hubtest.World) {
		root := w.Operator()
		g := madeGroup(t, w, groups.Edit{Name: "Sales", Roles: []string{"seller"}})
		for i := range 103 {
			u := w.Person(fmt.Sprintf("p%d@example.org", i))
			_, err := w.Hub.AddMember(t.Context(), audit.Named("test"), g.ID, u.ID)
			hubtest.Done(t, err)
		}
		ask := root.Open("/admin/groups/" + g.ID + "/delete")
		if !strings.Contains(ask.Body, "103 members lose the roles") {
			t.Errorf("got %s", hubtest.Gist(ask.Body))
		}
		root.Submit(ask, "/admin/groups/"+g.ID+"/delete")
		for _, who := range []string{"p1@example.org", "p102@example.org", "p50@example.org"} {
			u, err := w.Hub.FindUser(t.Context(), who)
			hubtest.Done(t, err)
			if u.Has("seller") || len(u.GroupNames()) > 0 {
				t.Errorf("%s still has %v %v", who, u.AllRoles(), u.GroupNames())
			}
		}
		hubtest.Done(t, w.Hub.ClearGroups(t.Context()))
		for i := range 103 {
			u, err := w.Hub.FindUser(t.Context(), fmt.Sprintf("p%d@example.org", i))
			hubtest.Done(t, err)
			if len(u.Groups) > 0 {
				t.Fatalf("p%d is still in %v", i, u.Groups)
			}
		}
		for _, set := range []string{"groups", "memberships"} {
			if n, err := w.Backend.Count(t.Context(), set, store.Query{Limit: 10}); err != nil || n != 0 {
				t.Errorf("%d %s are left, %v", n, set, err)
			}
		}
	})
}

func TestAProviderMakesMembersByItsRulesOnly(t *testing.T) {
	hubtest.OnBothEngines(t, func(t *testing.T, w *hubtest.World) {
		var staff, lead groups.Group
		hubs, _, _ := hubtest.Tied(t, w)
		second := hubs.Secondary
		staff, lead = madeGroup(t, second, groups.Edit{Name: "Staff", Roles: []string{"here"}}), madeGroup(t, second, groups.Edit{Name: "Leads"})
		ada := hubtest.Ada(t, second)
		names := func() string {
			u, err := second.Hub.User(t.Context(), ada)
			hubtest.Done(t, err)
			return strings.Join(u.GroupNames(), ", ")
		}
		again := func() {
			b := second.Browser()
			b.Walk(b.Authorize(second.App().Request("scope", "openid profile email roles")), "ada@example.org", hubs.Primary, second)
		}
		again()
		hubtest.Want(t, "without a rule", names(), "")
		keys, err := second.Hub.LoginKeys(t.Context())
		hubtest.Done(t, err)
		_, err = second.Hub.ChangeLoginKey(t.Context(), audit.Named("test"), keys[0].ID, "", true, func(k *federation.LoginKey) {
			k.GroupMap = []mapping.GroupRule{{Claim: "roles", Value: "staff", Group: staff.ID}, {Claim: "roles", Value: "lead", Group: lead.ID}, {Claim: "roles", Value: "gone", Group: staff.ID}}
		})
		hubtest.Done(t, err)
		again()
		hubtest.Want(t, "with rules", names(), "Staff")
		members, _, err := second.Hub.Members(t.Context(), staff.ID, "", 10)
		hubtest.Done(t, err)
		if len(members) != 1 || members[0].Provider != keys[0].ID {
			t.Errorf("members: %+v", members)
		}
		primary := hubtest.Ada(t, hubs.Primary)
		_, err = hubs.Primary.Hub.SetRoles(t.Context(), audit.Named("test"), primary, []string{"lead"})
		hubtest.Done(t, err)
		again()
		hubtest.Want(t, "the provider says something else", names(), "Leads")
		// What an administrator gave, the provider does not take.
		_, err = second.Hub.AddMember(t.Context(), audit.Named("test"), lead.ID, ada)
		hubtest.Done(t, err)
		_, err = hubs.Primary.Hub.SetRoles(t.Context(), audit.Named("test"), primary, nil)
		hubtest.Done(t, err)
		again()
		hubtest.Want(t, "given here too", names(), "Leads")
	})
}

func TestAGroupCanRequireASecondFactor(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	ada := w.Person("ada@example.org")
	g := madeGroup(t, w, groups.Edit{Name: "Careful", SecondFactor: true})
	b := w.Browser()
	hubtest.Want(t, "before", b.SignIn(b.Open("/signin"), "ada@example.org").URL.Path, "/account")
	_, err := w.Hub.AddMember(t.Context(), audit.Named("test"), g.ID, ada.ID)
	hubtest.Done(t, err)
	b = w.Browser()
	hubtest.Want(t, "as a member", b.SignIn(b.Open("/signin"), "ada@example.org").URL.Path, "/signin/enrol")
}
