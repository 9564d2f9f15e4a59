package account_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/users"
)

const day = 24 * time.Hour

// leave asks for the deletion of the account that is signed in.
func leave(b *hubtest.Browser, email string) hubtest.Page {
	b.W.Helper()
	p := b.Submit(b.Open("/account/delete"), "/account/delete", "confirm", email)
	if !strings.Contains(p.Body, `action="/account/delete/cancel"`) {
		b.W.Fatalf("at %s: %s", p.URL, hubtest.Gist(p.Body))
	}
	return p
}

func TestUsersTakeTheirDataAlong(t *testing.T) {
	w, _ := hubtest.MailingWorld(t)
	u := w.Person("ada@example.org", "clerk")
	w.Person("bob@example.org")
	w.Home("bob@example.org")
	a := w.App()
	b := w.Browser()
	b.SignInTo(a, "ada@example.org")
	b.Submit(b.Open("/account/profile"), "/account/profile", "name", "Ada King", "locale", "de")

	p := b.Open("/account/data")
	hubtest.RefusedPage(t, "without our form", b.Read(b.PostForm(w.URL+"/account/data", nil)))
	got := b.Post(p, "/account/data")
	if got.Status != http.StatusOK || !strings.HasPrefix(got.Header.Get("Content-Disposition"), "attachment") || got.Header.Get("Cache-Control") != "no-store" ||
		!strings.HasPrefix(got.Header.Get("Content-Type"), "application/json") || got.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Fatalf("got %d, %v", got.Status, got.Header)
	}
	var data struct {
		Account struct {
			ID, Email string
			Roles     []string
		}
		Profile  map[string]string
		Password struct{ Set bool }
		Sessions []struct{ IP string }
		Apps     []struct {
			Name   string
			Scopes []string
		} `json:"connected_apps"`
		Activity []struct{ Event, By string }
	}
	hubtest.Done(t, json.Unmarshal([]byte(got.Body), &data))
	if data.Account.ID != u.ID || data.Account.Email != "ada@example.org" || len(data.Account.Roles) != 1 || data.Profile["locale"] != "de" || !data.Password.Set ||
		len(data.Sessions) != 1 || len(data.Apps) != 1 || data.Apps[0].Name != "Payroll" || len(data.Activity) < 3 {
		t.Errorf("got %s", got.Body)
	}
	now, err := w.Hub.User(t.Context(), u.ID)
	hubtest.Done(t, err)
	for what, secret := range map[string]string{"the password's hash": string(now.Password), "a kind of hash": "argon2", "another user": "bob@", "an id of a session": "sid"} {
		if secret == "" || strings.Contains(got.Body, secret) {
			t.Errorf("it has %s: %s", what, got.Body)
		}
	}

	w.Clock.Skip(11 * time.Minute) // a browser left open gives nothing away
	late := b.Post(b.Open("/account/data"), "/account/data")
	if !strings.HasPrefix(late.Location, "/signin/prove") {
		t.Errorf("after 11 minutes: got %d to %q", late.Status, late.Location)
	}
}

func TestAnAccountWaitsForItsDeletion(t *testing.T) {
	w, box := hubtest.MailingWorld(t)
	u := w.Person("ada@example.org")
	a := w.App()
	elsewhere := w.Browser()
	tokens := a.Redeem(elsewhere.SignInTo(a, "ada@example.org", "scope", "openid offline_access").Get("code"))
	b := w.Home("ada@example.org")

	p := b.Open("/account/delete")
	for _, want := range []string{"2 browsers", "14 days", "1 connected app", "ada@example.org"} {
		if !strings.Contains(p.Body, want) {
			t.Errorf("the page does not say %q: %s", want, hubtest.Gist(p.Body))
		}
	}
	for _, wrong := range []string{"", "bob@example.org", "ada"} {
		if p := b.Post(p, "/account/delete", "confirm", wrong); p.Status != http.StatusUnprocessableEntity {
			t.Errorf("%q: got %d to %q", wrong, p.Status, p.Location)
		}
	}
	hubtest.RefusedPage(t, "without our form", b.Read(b.PostForm(w.URL+"/account/delete", nil)))
	hubtest.Want(t, "the other browser", elsewhere.Open("/account").URL.Path, "/account")
	box.Take()
	leave(b, " ADA@example.org ")
	if sent := box.About("will be deleted"); len(sent) != 1 || sent[0].To != "ada@example.org" || !strings.Contains(sent[0].Text, "14 days") {
		t.Errorf("emails: %+v", box.All())
	}

	hubtest.Want(t, "the other browser", elsewhere.Open("/account").URL.Path, "/signin")
	hubtest.Want(t, "userinfo", w.Userinfo(tokens.Str("access_token")).Status, http.StatusUnauthorized)
	hubtest.Want(t, "refresh", a.Refresh(tokens.Str("refresh_token")).Status, http.StatusBadRequest)
	if p := b.Authorize(a.Request()); p.Status != http.StatusForbidden || !strings.Contains(p.Body, "/account/delete") {
		t.Errorf("an app: got %d to %q: %s", p.Status, p.Location, hubtest.Gist(p.Body))
	}
	hubtest.Want(t, "an app that asks nobody", b.Answer(b.Authorize(a.Request("prompt", "none"))).Get("error"), "access_denied")

	// They sign in anew, see it, and cancel.
	w.Clock.Skip(13 * day)
	hubtest.Done(t, w.Hub.DeleteDue(t.Context()))
	again := w.Home("ada@example.org")
	if p := again.Open("/account"); !strings.Contains(p.Body, "will be deleted on") {
		t.Errorf("the account does not say so: %s", hubtest.Gist(p.Body))
	}
	if p := again.Submit(again.Open("/account/delete"), "/account/delete/cancel"); p.URL.RequestURI() != "/account?done=kept" {
		t.Errorf("at %s: %s", p.URL, hubtest.Gist(p.Body))
	}
	again.SignInTo(a, "ada@example.org")
	w.Clock.Skip(3 * day)
	hubtest.Done(t, w.Hub.DeleteDue(t.Context()))
	_, err := w.Hub.User(t.Context(), u.ID)
	hubtest.Done(t, err)
}

func TestAnAccountIsDeletedAfterItsTime(t *testing.T) {
	w, box := hubtest.MailingWorld(t)
	u, bob := w.Person("ada@example.org"), w.Person("bob@example.org")
	w.Home("bob@example.org")
	w.Browser().SignInTo(w.App(), "ada@example.org")
	leave(w.Home("ada@example.org"), "ada@example.org")
	w.Clock.Skip(14*day + time.Minute)
	hubtest.Done(t, w.Hub.DeleteDue(t.Context()))
	_, err := w.Hub.User(t.Context(), u.ID)
	hubtest.Done(t, err) // it is due, and clocks differ
	w.Clock.Skip(2 * time.Minute)
	for range 2 { // another process finds nothing to do
		hubtest.Done(t, w.Hub.DeleteDue(t.Context()))
	}
	if _, err := w.Hub.User(t.Context(), u.ID); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the user is still there: %v", err)
	}
	_, err = w.Hub.User(t.Context(), bob.ID)
	hubtest.Done(t, err)
	hubtest.Want(t, "emails", len(box.About("was deleted")), 1)
	b := w.Browser()
	hubtest.Want(t, "signing in", b.SignIn(b.Open("/signin"), "ada@example.org").URL.Path, "/signin")
	if next := w.Person("ada@example.org"); next.ID == u.ID {
		t.Error("the next user with the address has the id")
	}
}

func TestTheEmailCancelsADeletion(t *testing.T) {
	w, box := hubtest.MailingWorld(t)
	w.Person("ada@example.org")
	b := w.Home("ada@example.org")
	leave(b, "ada@example.org")
	first := box.Pick(t, "ada@example.org", "/keep-account")
	reader := w.Browser()
	p := reader.Open(first)
	if p := b.Open("/account"); !strings.Contains(p.Body, "will be deleted on") {
		t.Error("looking cancelled it")
	}
	if done := reader.Submit(p, "/keep-account"); !strings.Contains(done.Body, "Your account is kept") {
		t.Errorf("at %s: %s", done.URL, hubtest.Gist(done.Body))
	}
	hubtest.RefusedPage(t, "a second time", reader.Submit(p, "/keep-account"))
	leave(b, "ada@example.org")
	hubtest.RefusedPage(t, "the email about an earlier request", reader.Open(first))
	second := box.Pick(t, "ada@example.org", "/keep-account")
	w.Clock.Skip(14 * day)
	hubtest.RefusedPage(t, "too late", reader.Open(second))
}

func TestADisownedDeletionIsCancelled(t *testing.T) {
	w, _ := hubtest.MailingWorld(t)
	u := w.Person("ada@example.org")
	b := w.Home("ada@example.org")
	leave(b, "ada@example.org")
	b.Submit(b.Disowns("The deletion of your account was requested"), disownPath)
	now, err := w.Hub.User(t.Context(), u.ID)
	hubtest.Done(t, err)
	if now.Leaving() {
		t.Error("it is still to be deleted")
	}
}

func TestTheLastAdministratorStays(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("one@example.org", users.AdminRole)
	one := w.Home("one@example.org")
	p := one.Submit(one.Open("/account/delete"), "/account/delete", "confirm", "one@example.org")
	if p.Status != http.StatusConflict {
		t.Fatalf("got %d: %s", p.Status, hubtest.Gist(p.Body))
	}
	w.Person("two@example.org", users.AdminRole)
	two := w.Home("two@example.org")
	leave(one, "one@example.org")
	if p := two.Submit(two.Open("/account/delete"), "/account/delete", "confirm", "two@example.org"); p.Status != http.StatusConflict {
		t.Errorf("the other one, who is not leaving: got %d", p.Status)
	}
}

func TestAnAdministratorSeesAndCancelsADeletion(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	u := w.Person("ada@example.org")
	leave(w.Home("ada@example.org"), "ada@example.org")
	root := w.Operator()
	p := root.Open("/admin/users/" + u.ID)
	if !strings.Contains(p.Body, "Deletion requested") {
		t.Errorf("the page does not say so: %s", hubtest.Gist(p.Body))
	}
	done := root.Submit(p, "/admin/users/"+u.ID+"/deletion/cancel")
	hubtest.Want(t, "done", done.URL.Query().Get("done"), "deletion-cancelled")
	hubtest.Want(t, "a second time", root.Post(p, "/admin/users/"+u.ID+"/deletion/cancel").Status, http.StatusConflict)
}

func TestDeletionCanBeSwitchedOff(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	b := w.Home("ada@example.org")
	p := b.Open("/account/delete")
	off := 0
	hubtest.Done(t, w.Hub.ChangeSettings(t.Context(), audit.Named("test"), func(s *settings.Settings) { s.DeletionDays = &off }))
	hubtest.RefusedPage(t, "the page", b.Open("/account/delete"))
	hubtest.RefusedPage(t, "the form", b.Post(p, "/account/delete", "confirm", "ada@example.org"))
	if strings.Contains(b.Open("/account/data").Body, "/account/delete") {
		t.Error("it is still offered")
	}
}

// A sub is never used again: ids are random, and an import cannot bring one
// back.
func TestTheIDOfADeletedUserIsNeverUsedAgain(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	by := audit.Named("test")
	newcomer := hubtest.Newcomer("a0b1c2d3e4f5a6b7c8d9", "asha@example.org")
	u, err := w.Hub.ImportUser(t.Context(), by, newcomer, false)
	hubtest.Done(t, err)
	hubtest.Done(t, w.Hub.RemoveUser(t.Context(), by, u.ID))
	newcomer.Email = "other@example.org"
	status, _, err := w.Hub.WouldImportUser(t.Context(), newcomer)
	hubtest.Done(t, err)
	hubtest.Want(t, "the import", status, users.ImportRemoved)
	if _, err := w.Hub.ImportUser(t.Context(), by, newcomer, false); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v", err)
	}
	if _, err := w.Hub.User(t.Context(), u.ID); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
