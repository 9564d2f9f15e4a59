package hub_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/users"
)

func TestAnAdministratorEndsAllSessionsOfAPerson(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	root := w.operator()
	ada := w.person("ada@example.org")
	w.person("bob@example.org")
	a := w.app()
	here, there, bob := w.home("ada@example.org"), w.browser(), w.home("bob@example.org")
	held := a.redeem(there.signInTo(a, "ada@example.org", "scope", "openid offline_access").Get("code"))
	path := "/admin/users/" + ada.ID
	p := root.submit(root.open(path), path+"/sessions/end")
	want(t, "where it ends", p.URL.RequestURI(), path+"?done=ended")
	for name, b := range map[string]*browser{"one browser": here, "another": there} {
		want(t, name, b.open("/account").URL.Path, "/signin")
	}
	want(t, "the access token", w.userinfo(held.str("access_token")).Status, 401)
	refused(t, "the refresh token", a.refresh(held.str("refresh_token")), 400, "invalid_grant")
	want(t, "somebody else", bob.open("/account").URL.Path, "/account")
	want(t, "the administrator", root.open(path).Status, 200)
	w.home("ada@example.org") // and they may sign in again
}

// The rules about people hold for whoever posts, whatever the page offers.
func TestAnAdministratorLocksNobodyOutForGood(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	root := w.operator()
	people := w.Hub.People()
	d, err := people.Match(t.Context(), users.Claim{Key: "company", Issuer: "https://company.example", Subject: "1"},
		users.Policy{KeyID: "company", Enabled: true, SignUps: federation.Allow})
	if err != nil || d.User.ID == "" {
		t.Fatalf("%s, %v", d.Reason, err)
	}
	linked, err := people.ByUser(t.Context(), d.User.ID)
	if err != nil || len(linked) != 1 {
		t.Fatalf("%d identities, %v", len(linked), err)
	}
	path := "/admin/users/" + d.User.ID
	p := root.like(root.open(path), path+"/roles", path+"/unlink", "identity", linked[0].ID)
	want(t, "taking the only way in", p.Status, http.StatusConflict)
	other := w.person("other@example.org")
	p = root.like(root.open(path), path+"/roles", "/admin/users/"+other.ID+"/unlink", "identity", linked[0].ID)
	want(t, "taking it as somebody else's", p.Status, http.StatusNotFound)
	if linked, err = people.ByUser(t.Context(), d.User.ID); err != nil || len(linked) != 1 {
		t.Errorf("%d identities, %v", len(linked), err)
	}

	// A password signs in together with an address.
	p = root.like(root.open(path), path+"/roles", path+"/reset")
	want(t, "a password for somebody without an address", p.Status, http.StatusConflict)
	if _, err := people.SetDisabled(t.Context(), other.ID, true); err != nil {
		t.Fatal(err)
	}
	p = root.like(root.open(path), path+"/roles", "/admin/users/"+other.ID+"/reset")
	want(t, "a password for somebody disabled", p.Status, http.StatusConflict)
	if strings.Contains(p.Body, "/password/reset/") {
		t.Error("a link is shown")
	}
}

// Another administrator who is disabled does not count: who is left keeps the role.
func TestTheLastAdministratorIsNotTakenAway(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	first := w.operator()
	second := w.person("second@example.org", "admin")
	b := w.home("second@example.org")
	root, err := w.Hub.FindUser(t.Context(), "root@example.org")
	if err != nil {
		t.Fatal(err)
	}
	rootPath, secondPath := "/admin/users/"+root.ID, "/admin/users/"+second.ID
	seen := b.open(rootPath)
	first.submit(first.open(secondPath), secondPath+"/roles", "roles", "")
	want(t, "by somebody who is none any more: the role", b.like(seen, rootPath+"/roles", rootPath+"/roles", "roles", "").Status, http.StatusForbidden)
	want(t, "disabling", b.like(seen, rootPath+"/roles", rootPath+"/disable").Status, http.StatusForbidden)
	root, err = w.Hub.User(t.Context(), root.ID)
	if err != nil || !root.Admin() || root.Disabled {
		t.Errorf("%+v, %v", root.Roles, err)
	}
}

// A page of decisions may be old: what happened meanwhile stays as it is.
func TestADecisionThatIsStaleIsNotUndone(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	root := w.operator()
	people := w.Hub.People()
	ada, bob := w.person("ada@example.org"), w.person("bob@example.org")
	claim, policy := users.Claim{Key: "company", Issuer: "https://company.example", Subject: "1"}, users.Policy{KeyID: "company", Enabled: true}
	link := func(u users.User) string {
		t.Helper()
		u, err := people.Get(t.Context(), u.ID)
		if err != nil {
			t.Fatal(err)
		}
		d, err := people.Link(t.Context(), u, claim, policy)
		if err != nil || d.Action != users.Link {
			t.Fatalf("%s, %v", d.Reason, err)
		}
		return d.Record
	}
	const undo = "/admin/decisions/undo"
	seen := func() page { return root.open("/admin/decisions?user=" + ada.ID) }

	first := link(ada)
	page := seen()
	home := w.home("ada@example.org")
	done := root.like(page, undo, undo, "record", first)
	want(t, "undone", done.Location, "/admin/decisions?done=undone")
	want(t, "everything of the person", home.open("/account").URL.Path, "/signin")
	want(t, "a second time", root.like(page, undo, undo, "record", first).Status, http.StatusGone)
	want(t, "one that never was", root.like(page, undo, undo, "record", "made up").Status, http.StatusGone)

	link(ada)
	linked, err := people.ByUser(t.Context(), ada.ID)
	if err != nil || len(linked) != 1 {
		t.Fatalf("%d identities, %v", len(linked), err)
	}
	if _, err := people.Unlink(t.Context(), ada.ID, linked[0].ID, "root"); err != nil {
		t.Fatal(err)
	}
	all, err := people.Records(t.Context(), ada.ID)
	if err != nil {
		t.Fatal(err)
	}
	removal := all[0].ID
	link(bob)
	want(t, "what is somebody else's by now", root.like(page, undo, undo, "record", removal).Status, http.StatusConflict)
	if linked, err = people.ByUser(t.Context(), bob.ID); err != nil || len(linked) != 1 {
		t.Errorf("the other one has %d identities, %v", len(linked), err)
	}
}

// Without the last administrator nobody could let anybody in.
func TestTheOnlyOtherAdministratorMayGoButNotTheLast(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	b := w.operator()
	root, err := w.Hub.FindUser(t.Context(), "root@example.org")
	if err != nil {
		t.Fatal(err)
	}
	path := "/admin/users/" + root.ID
	want(t, "one's own role", b.like(b.open(path), path+"/roles", path+"/roles", "roles", "").Status, http.StatusConflict)
	want(t, "oneself", b.like(b.open(path), path+"/roles", path+"/disable").Status, http.StatusConflict)
	for _, act := range []func() (users.User, error){
		func() (users.User, error) { return w.Hub.People().SetRoles(t.Context(), root.ID, nil) },
		func() (users.User, error) { return w.Hub.People().SetDisabled(t.Context(), root.ID, true) },
	} {
		if _, err := act(); !errors.Is(err, users.ErrLastAdmin) {
			t.Errorf("got %v", err)
		}
	}
	want(t, "still an administrator", b.open("/admin/users").Status, 200)
}

// What an administrator decides about another hub holds whatever an older page
// still offers.
func TestADecisionAboutAServerThatCannotBeChangesNothing(t *testing.T) {
	hubs, _, there, server := peers(t)
	page := there.open("/admin/servers")
	decide := func(decision, id string) int {
		t.Helper()
		return there.like(page, "/admin/servers/invite", "/admin/servers/"+decision, "server", id).Status
	}
	want(t, "refusing what was approved", decide("refuse", server), http.StatusConflict)
	want(t, "a word that is no decision", decide("promote", server), http.StatusNotFound)
	app := hubs.primary.app()
	want(t, "an app that is no server", decide("suspend", app.ID), http.StatusConflict)
	want(t, "removing an app as a server", decide("remove", app.ID), http.StatusNotFound)
	want(t, "the app", app.post("/oauth2/introspect", "token", "x").Status, 200)
	a, b := hubs.secondary.app(), hubs.secondary.browser()
	b.answer(hubs.through(b, a, "ada@example.org")) // it is approved as before
}
