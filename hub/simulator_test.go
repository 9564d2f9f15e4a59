package hub_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/federation"
)

func TestTheSimulatorSaysWhoItWouldBeAndWhy(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	key, err := w.Hub.KeepLoginKey(t.Context(), "test", federation.LoginKey{Kind: federation.KindOpenID, Name: "Example ID", ClientID: "c", BaseURL: "https://id.example", Enabled: true, TrustEmail: true}, "s")
	if err != nil {
		t.Fatal(err)
	}
	path := "/admin/keys/" + key.ID + "/simulate"
	b := w.operator()
	p := b.open(path)
	for _, tt := range []struct{ email, verified, row, says string }{
		{"ada@example.org", "1", "D7", "prove that the account is theirs"},
		{"ada@example.org", "", "D4", "They are refused"},
		{"new@example.org", "1", "D5", "does not allow sign-ups"},
		{"a@b@example.org", "1", "D12", "not one plain address"},
	} {
		p = b.submit(p, path, "subject", "1", "email", tt.email, "verified", tt.verified)
		if p.Status != http.StatusOK || !strings.Contains(p.Body, `id="decided-title">`+tt.row+":") || !strings.Contains(p.Body, tt.says) {
			t.Errorf("%+v: got %d\n%s", tt, p.Status, p.Body)
		}
	}
	if n, err := w.Hub.Users(t.Context(), "", 10); err != nil || len(n) != 2 {
		t.Errorf("there are %d users: %v", len(n), err)
	}
	stranger := w.browser()
	stranger.signIn(stranger.open("/signin"), "ada@example.org")
	want(t, "somebody else", stranger.open(path).Status, http.StatusForbidden)
}

func TestTheSimulatorCountsWhatAChangeWouldDo(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	key, err := w.Hub.KeepLoginKey(t.Context(), "test", federation.LoginKey{Kind: federation.KindOpenID, Name: "Example ID", ClientID: "c", BaseURL: "https://id.example", Enabled: true}, "s")
	if err != nil {
		t.Fatal(err)
	}
	path := "/admin/keys/" + key.ID + "/simulate"
	b := w.operator()
	p := b.submit(b.open(path), path, "about", "policy", "enabled", "1", "linking", "auto", "sign_ups", "deny", "authoritative_domains", "example.org")
	for _, says := range []string{"All 2 people were looked at", "1 person would be linked at once", "ada@example.org"} {
		if !strings.Contains(p.Body, says) {
			t.Errorf("the page does not say %q:\n%s", says, p.Body)
		}
	}
	if got := w.key(key.ID); got.Linking != federation.Confirm || len(got.AuthoritativeDomains) != 0 {
		t.Errorf("it was saved: %+v", got)
	}
	p = b.submit(p, path, "about", "policy", "linking", "auto", "migrate_until", "soon")
	if !strings.Contains(p.Body, "Write the day like") {
		t.Errorf("got %d:\n%s", p.Status, p.Body)
	}
}

func TestAnAdministratorUndoesADecision(t *testing.T) {
	hubs, _ := lettered(t)
	hubs.primary.person("ada@example.org")
	local := hubs.secondary.person("ada@example.org")
	b := hubs.secondary.browser()
	p := hubs.through(b, hubs.secondary.app(), "ada@example.org")
	b.at(hubs.secondary).submit(p, "/signin/link", "password", password)
	want(t, "links", hubs.linkedTo(t, local), 1)

	admin := hubs.secondary.operator()
	p = admin.open("/admin/decisions")
	if !strings.Contains(p.Body, "D7") || !strings.Contains(p.Body, "by its password") {
		t.Errorf("got %d:\n%s", p.Status, p.Body)
	}
	done := admin.submit(p, "/admin/decisions/undo")
	want(t, "where it leads", done.URL.Path, "/admin/decisions")
	want(t, "links", hubs.linkedTo(t, local), 0)
	if p := b.at(hubs.secondary).open("/account"); p.URL.Path != "/signin" {
		t.Errorf("the person is at %s", p.URL)
	}
	refusedPage(t, "a second time", admin.submit(p, "/admin/decisions/undo"))
}

func TestARiskyChangeOfPolicyIsConfirmedFirst(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	key, err := w.Hub.KeepLoginKey(t.Context(), "test", federation.LoginKey{Kind: federation.KindOpenID, Name: "Example ID", ClientID: "c", BaseURL: "https://id.example", Enabled: true}, "s")
	if err != nil {
		t.Fatal(err)
	}
	path := "/admin/keys/" + key.ID
	b := w.operator()
	p := b.submit(b.open(path), path, "linking", "auto", "authoritative_domains", "example.org")
	if p.Status != http.StatusConflict || !strings.Contains(p.Body, "1 person would be linked at once") {
		t.Fatalf("got %d:\n%s", p.Status, p.Body)
	}
	want(t, "linking before it is confirmed", w.key(key.ID).Linking, federation.Confirm)
	b.submit(p, path, "sure", "1")
	want(t, "linking after that", w.key(key.ID).Linking, federation.Auto)
}

func TestSomebodyIsLinkedBeforehand(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	ada := w.person("ada@example.org")
	key, err := w.Hub.KeepLoginKey(t.Context(), "test", federation.LoginKey{Kind: federation.KindOpenID, Name: "Example ID", ClientID: "c", BaseURL: "https://id.example", Linking: federation.Provisioned}, "s")
	if err != nil {
		t.Fatal(err)
	}
	b := w.operator()
	path := "/admin/decisions/link"
	p := b.open("/admin/decisions")
	for _, tt := range []struct{ account, subject string }{{"nobody@example.org", "1"}, {"not an address", "1"}, {"ada@example.org", ""}, {"ada@example.org", "null"}} {
		p = b.submit(p, path, "account", tt.account, "subject", tt.subject, "key", key.ID)
		want(t, tt.account+" "+tt.subject, p.Status, http.StatusUnprocessableEntity)
	}
	p = b.submit(p, path, "account", "Ada@example.org", "subject", "1", "key", key.ID)
	want(t, "status", p.Status, http.StatusOK)
	all, err := w.Hub.Identities(t.Context(), ada.ID)
	if err != nil || len(all) != 1 || all[0].Issuer != "https://id.example" || all[0].Subject != "1" {
		t.Errorf("got %+v, %v", all, err)
	}
}
