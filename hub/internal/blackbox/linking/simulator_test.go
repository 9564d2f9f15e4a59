package linking_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

func TestTheSimulatorSaysWhoItWouldBeAndWhy(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	key, err := w.Hub.KeepLoginKey(t.Context(), audit.Named("test"), federation.LoginKey{Kind: federation.KindOpenID, Name: "Example ID", ClientID: "c", BaseURL: "https://id.example", Enabled: true, TrustEmail: true}, "s")
	if err != nil {
		t.Fatal(err)
	}
	path := "/admin/providers/" + key.ID + "/simulate"
	b := w.Operator()
	p := b.Open(path)
	for _, tt := range []struct{ email, verified, row, says string }{
		{"ada@example.org", "1", "The user must prove that the account is theirs", "must confirm the account"},
		{"ada@example.org", "", "An account has the email, but it is not verified", "Refused with the generic message"},
		{"new@example.org", "1", "No account has the email, and it is verified", "does not allow sign-ups"},
		{"a@b@example.org", "1", "The email is malformed, or several accounts have it", "address that is not valid"},
	} {
		p = b.Submit(p, path, "subject", "1", "email", tt.email, "verified", tt.verified)
		if p.Status != http.StatusOK || !strings.Contains(p.Body, ">"+tt.row+"</h2>") || !strings.Contains(p.Body, tt.says) {
			t.Errorf("%+v: got %d\n%s", tt, p.Status, p.Body)
		}
	}
	if n, err := w.Hub.Users(t.Context(), "", 10); err != nil || len(n) != 2 {
		t.Errorf("there are %d users: %v", len(n), err)
	}
	stranger := w.Browser()
	stranger.SignIn(stranger.Open("/signin"), "ada@example.org")
	hubtest.Want(t, "somebody else", stranger.Open(path).Status, http.StatusForbidden)
}

func TestTheSimulatorCountsWhatAChangeWouldDo(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	key, err := w.Hub.KeepLoginKey(t.Context(), audit.Named("test"), federation.LoginKey{Kind: federation.KindOpenID, Name: "Example ID", ClientID: "c", BaseURL: "https://id.example", Enabled: true}, "s")
	if err != nil {
		t.Fatal(err)
	}
	path := "/admin/providers/" + key.ID + "/simulate"
	b := w.Operator()
	p := b.Submit(b.Open(path), path, "about", "policy", "enabled", "1", "linking", "auto", "sign_ups", "deny", "authoritative_domains", "example.org")
	for _, says := range []string{"All users were checked (2 users)", "1 user would be linked automatically", "ada@example.org"} {
		if !strings.Contains(p.Body, says) {
			t.Errorf("the page does not say %q:\n%s", says, p.Body)
		}
	}
	if got := w.Key(key.ID); got.Linking != federation.Confirm || len(got.AuthoritativeDomains) != 0 {
		t.Errorf("it was saved: %+v", got)
	}
	p = b.Submit(p, path, "about", "policy", "linking", "auto", "migrate_until", "soon")
	if !strings.Contains(p.Body, "Enter a day like") {
		t.Errorf("got %d:\n%s", p.Status, p.Body)
	}
}

func TestAnAdministratorUndoesADecision(t *testing.T) {
	hubs, _ := hubtest.MailingPair(t)
	hubs.Primary.Person("ada@example.org")
	local := hubs.Secondary.Person("ada@example.org")
	b := hubs.Secondary.Browser()
	p := hubs.Through(b, hubs.Secondary.App(), "ada@example.org")
	b.At(hubs.Secondary).Submit(p, "/signin/link", "password", hubtest.Password)
	hubtest.Want(t, "links", hubs.LinkedTo(t, local), 1)

	admin := hubs.Secondary.Operator()
	p = admin.Open("/admin/account-links")
	if !strings.Contains(p.Body, "The user must prove that the account is theirs") || !strings.Contains(p.Body, "account&#39;s password") {
		t.Errorf("got %d:\n%s", p.Status, p.Body)
	}
	done := admin.Submit(p, "/admin/account-links/undo")
	hubtest.Want(t, "where it leads", done.URL.Path, "/admin/account-links")
	hubtest.Want(t, "links", hubs.LinkedTo(t, local), 0)
	if p := b.At(hubs.Secondary).Open("/account"); p.URL.Path != "/signin" {
		t.Errorf("the person is at %s", p.URL)
	}
	hubtest.RefusedPage(t, "a second time", admin.Submit(p, "/admin/account-links/undo"))
}

func TestARiskyChangeOfPolicyIsConfirmedFirst(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	key, err := w.Hub.KeepLoginKey(t.Context(), audit.Named("test"), federation.LoginKey{Kind: federation.KindOpenID, Name: "Example ID", ClientID: "c", BaseURL: "https://id.example", Enabled: true}, "s")
	if err != nil {
		t.Fatal(err)
	}
	path := "/admin/providers/" + key.ID
	b := w.Operator()
	p := b.Submit(b.Open(path), path, "linking", "auto", "authoritative_domains", "example.org")
	if p.Status != http.StatusConflict || !strings.Contains(p.Body, "1 user would be linked automatically") {
		t.Fatalf("got %d:\n%s", p.Status, p.Body)
	}
	hubtest.Want(t, "linking before it is confirmed", w.Key(key.ID).Linking, federation.Confirm)
	b.Submit(p, path, "sure", "1")
	hubtest.Want(t, "linking after that", w.Key(key.ID).Linking, federation.Auto)
}

func TestSomebodyIsLinkedBeforehand(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	ada := w.Person("ada@example.org")
	key, err := w.Hub.KeepLoginKey(t.Context(), audit.Named("test"), federation.LoginKey{Kind: federation.KindOpenID, Name: "Example ID", ClientID: "c", BaseURL: "https://id.example", Linking: federation.Provisioned}, "s")
	if err != nil {
		t.Fatal(err)
	}
	b := w.Operator()
	path := "/admin/account-links/link"
	p := b.Open("/admin/account-links")
	for _, tt := range []struct{ account, subject string }{{"nobody@example.org", "1"}, {"not an address", "1"}, {"ada@example.org", ""}, {"ada@example.org", "null"}} {
		p = b.Submit(p, path, "account", tt.account, "subject", tt.subject, "key", key.ID)
		hubtest.Want(t, tt.account+" "+tt.subject, p.Status, http.StatusUnprocessableEntity)
	}
	p = b.Submit(p, path, "account", "Ada@example.org", "subject", "1", "key", key.ID)
	hubtest.Want(t, "status", p.Status, http.StatusOK)
	all, err := w.Hub.Identities(t.Context(), ada.ID)
	if err != nil || len(all) != 1 || all[0].Issuer != "https://id.example" || all[0].Subject != "1" {
		t.Errorf("got %+v, %v", all, err)
	}
}
