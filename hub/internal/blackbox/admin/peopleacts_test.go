package admin_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
)

func TestAnAdministratorEndsAllSessionsOfAPerson(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	root := w.Operator()
	ada := w.Person("ada@example.org")
	w.Person("bob@example.org")
	a := w.App()
	here, there, bob := w.Home("ada@example.org"), w.Browser(), w.Home("bob@example.org")
	held := a.Redeem(there.SignInTo(a, "ada@example.org", "scope", "openid offline_access").Get("code"))
	path := "/admin/users/" + ada.ID
	p := root.Submit(root.Open(path), path+"/sessions/end")
	hubtest.Want(t, "where it ends", p.URL.RequestURI(), path+"?done=ended")
	for name, b := range map[string]*hubtest.Browser{"one browser": here, "another": there} {
		hubtest.Want(t, name, b.Open("/account").URL.Path, "/signin")
	}
	hubtest.Want(t, "the access token", w.Userinfo(held.Str("access_token")).Status, 401)
	hubtest.Refused(t, "the refresh token", a.Refresh(held.Str("refresh_token")), 400, "invalid_grant")
	hubtest.Want(t, "somebody else", bob.Open("/account").URL.Path, "/account")
	hubtest.Want(t, "the administrator", root.Open(path).Status, 200)
	w.Home("ada@example.org") // and they may sign in again
}

// The rules about users apply to every request, also if a page does not offer the
// action.
func TestAnAdministratorLocksNobodyOutForGood(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	root := w.Operator()
	people, links := w.Hub.People(), w.Hub.Linking()
	d, err := links.Match(t.Context(), linking.Claim{Key: "company", Issuer: "https://company.example", Subject: "1"},
		linking.Policy{KeyID: "company", Enabled: true, SignUps: federation.Allow})
	if err != nil || d.User.ID == "" {
		t.Fatalf("%s, %v", d.Why, err)
	}
	linked, err := links.ByUser(t.Context(), d.User.ID)
	if err != nil || len(linked) != 1 {
		t.Fatalf("%d identities, %v", len(linked), err)
	}
	path := "/admin/users/" + d.User.ID
	p := root.Like(root.Open(path), path+"/roles", path+"/unlink", "identity", linked[0].ID)
	hubtest.Want(t, "taking the only way in", p.Status, http.StatusConflict)
	other := w.Person("other@example.org")
	p = root.Like(root.Open(path), path+"/roles", "/admin/users/"+other.ID+"/unlink", "identity", linked[0].ID)
	hubtest.Want(t, "taking it as somebody else's", p.Status, http.StatusNotFound)
	if linked, err = links.ByUser(t.Context(), d.User.ID); err != nil || len(linked) != 1 {
		t.Errorf("%d identities, %v", len(linked), err)
	}

	// A password needs an address to sign in with.
	p = root.Like(root.Open(path), path+"/roles", path+"/reset")
	hubtest.Want(t, "a password for somebody without an address", p.Status, http.StatusConflict)
	if _, err := people.SetDisabled(t.Context(), other.ID, true); err != nil {
		t.Fatal(err)
	}
	p = root.Like(root.Open(path), path+"/roles", "/admin/users/"+other.ID+"/reset")
	hubtest.Want(t, "a password for somebody disabled", p.Status, http.StatusConflict)
	if strings.Contains(p.Body, "/password/reset/") {
		t.Error("a link is shown")
	}
}

// A disabled administrator does not count, so the other one keeps the role.
func TestTheLastAdministratorIsNotTakenAway(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	first := w.Operator()
	second := w.Person("second@example.org", "admin")
	b := w.Home("second@example.org")
	root, err := w.Hub.FindUser(t.Context(), "root@example.org")
	if err != nil {
		t.Fatal(err)
	}
	rootPath, secondPath := "/admin/users/"+root.ID, "/admin/users/"+second.ID
	seen := b.Open(rootPath)
	first.Submit(first.Open(secondPath), secondPath+"/administrator")
	hubtest.Want(t, "by somebody who is none any more: the role", b.Submit(seen, rootPath+"/administrator").Status, http.StatusForbidden)
	hubtest.Want(t, "disabling", b.Like(seen, rootPath+"/roles", rootPath+"/disable").Status, http.StatusForbidden)
	root, err = w.Hub.User(t.Context(), root.ID)
	if err != nil || !root.Admin() || root.Disabled {
		t.Errorf("%+v, %v", root.Roles, err)
	}
}

// A page of account links may be out of date: later changes are not overwritten.
func TestADecisionThatIsStaleIsNotUndone(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	root := w.Operator()
	people, links := w.Hub.People(), w.Hub.Linking()
	ada, bob := w.Person("ada@example.org"), w.Person("bob@example.org")
	claim, policy := linking.Claim{Key: "company", Issuer: "https://company.example", Subject: "1"}, linking.Policy{KeyID: "company", Enabled: true}
	link := func(u users.User) string {
		t.Helper()
		u, err := people.Get(t.Context(), u.ID)
		if err != nil {
			t.Fatal(err)
		}
		d, err := links.Link(t.Context(), u, claim, policy)
		if err != nil || d.Action != linking.Link {
			t.Fatalf("%s, %v", d.Why, err)
		}
		return d.Record
	}
	const undo = "/admin/account-links/undo"
	seen := func() hubtest.Page { return root.Open("/admin/account-links?user=" + ada.ID) }

	first := link(ada)
	page := seen()
	home := w.Home("ada@example.org")
	done := root.Like(page, undo, undo, "record", first)
	hubtest.Want(t, "undone", done.Location, "/admin/account-links?done=undone")
	hubtest.Want(t, "everything of the person", home.Open("/account").URL.Path, "/signin")
	hubtest.Want(t, "a second time", root.Like(page, undo, undo, "record", first).Status, http.StatusGone)
	hubtest.Want(t, "one that never was", root.Like(page, undo, undo, "record", "made up").Status, http.StatusGone)

	link(ada)
	linked, err := links.ByUser(t.Context(), ada.ID)
	if err != nil || len(linked) != 1 {
		t.Fatalf("%d identities, %v", len(linked), err)
	}
	if _, err := links.Unlink(t.Context(), ada.ID, linked[0].ID, "root"); err != nil {
		t.Fatal(err)
	}
	all, err := links.Records(t.Context(), ada.ID)
	if err != nil {
		t.Fatal(err)
	}
	removal := all[0].ID
	link(bob)
	hubtest.Want(t, "what is somebody else's by now", root.Like(page, undo, undo, "record", removal).Status, http.StatusConflict)
	if linked, err = links.ByUser(t.Context(), bob.ID); err != nil || len(linked) != 1 {
		t.Errorf("the other one has %d identities, %v", len(linked), err)
	}
}

// Without an administrator, the hub could not be administered.
func TestTheOnlyOtherAdministratorMayGoButNotTheLast(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	b := w.Operator()
	root, err := w.Hub.FindUser(t.Context(), "root@example.org")
	if err != nil {
		t.Fatal(err)
	}
	path := "/admin/users/" + root.ID
	hubtest.Want(t, "one's own role", b.Submit(b.Open(path), path+"/administrator").Status, http.StatusConflict)
	hubtest.Want(t, "oneself", b.Like(b.Open(path), path+"/roles", path+"/disable").Status, http.StatusConflict)
	for _, act := range []func() (users.User, error){
		func() (users.User, error) { return w.Hub.People().SetRoles(t.Context(), root.ID, nil) },
		func() (users.User, error) { return w.Hub.People().SetDisabled(t.Context(), root.ID, true) },
	} {
		if _, err := act(); !errors.Is(err, users.ErrLastAdmin) {
			t.Errorf("got %v", err)
		}
	}
	hubtest.Want(t, "still an administrator", b.Open("/admin/users").Status, 200)
}

// A decision about a hub cannot be overwritten from an outdated page.
func TestADecisionAboutAServerThatCannotBeChangesNothing(t *testing.T) {
	hubs, _, there, server := hubtest.Peers(t)
	page := there.Open("/admin/hubs")
	decide := func(decision, id string) int {
		t.Helper()
		return there.Like(page, "/admin/hubs/invite", "/admin/hubs/"+decision, "server", id).Status
	}
	hubtest.Want(t, "refusing what was approved", decide("refuse", server), http.StatusConflict)
	hubtest.Want(t, "a word that is no decision", decide("promote", server), http.StatusNotFound)
	app := hubs.Primary.App()
	hubtest.Want(t, "an app that is no server", decide("suspend", app.ID), http.StatusConflict)
	hubtest.Want(t, "removing an app as a server", decide("remove", app.ID), http.StatusNotFound)
	hubtest.Want(t, "the app", app.Post("/oauth2/introspect", "token", "x").Status, 200)
	a, b := hubs.Secondary.App(), hubs.Secondary.Browser()
	b.Answer(hubs.Through(b, a, "ada@example.org")) // it is still approved
}
