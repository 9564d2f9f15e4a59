package signin_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/internal/testkit/federationtest"
)

// "Refresh profile during sessions" requests no extra scope. If the provider then
// issues no refresh token, the key's page says so and offers the scope.
func TestLookAgainOffersTheScopeWhereNoRefreshTokenComes(t *testing.T) {
	w, u := odd(t, func(s *federationtest.Script) { s.Offline = federationtest.OfflineNeeded })
	admin := looking(w)
	path := "/admin/providers/company"
	admin.Submit(admin.Open(path), path, "keep_tokens", "1")
	hubtest.Want(t, "asked for by the tick of look again", w.Key("company").AskOffline, false)
	come(w)
	if q, _ := u.Seen(federationtest.PathAuthorize); strings.Contains(q.Get("scope"), "offline_access") {
		t.Errorf("asked for %q", q.Get("scope"))
	}
	p := admin.Open(path)
	if !strings.Contains(p.Body, `id="no-refresh"`) || !strings.Contains(p.Body, "At Keycloak") {
		t.Errorf("the key's page does not offer the scope, or not what it costs:\n%s", p.Body)
	}
	admin.Submit(p, path, "ask_offline", "1")
	come(w)
	if q, _ := u.Seen(federationtest.PathAuthorize); !strings.Contains(q.Get("scope"), "offline_access") {
		t.Errorf("asked for %q", q.Get("scope"))
	}
	if p := admin.Open(path); strings.Contains(p.Body, `id="no-refresh"`) {
		t.Error("a refresh token came, and the page says none does")
	}
}

// The page, the trace and the key name the refused scope.
func TestARefusedScopeIsShownAsThat(t *testing.T) {
	for _, offline := range []federationtest.Offline{federationtest.OfflineNoClient, federationtest.OfflineNoPerson} {
		w, _ := odd(t, func(s *federationtest.Script) { s.Offline = offline })
		admin := looking(w)
		path := "/admin/providers/company"
		admin.Submit(admin.Open(path), path, "keep_tokens", "1", "ask_offline", "1")
		_, p := come(w)
		hubtest.Want(t, "status", p.Status, http.StatusForbidden)
		if !strings.Contains(p.Body, "a scope") || strings.Contains(p.Body, "server error") {
			t.Errorf("%s: the person reads\n%s", offline, p.Body)
		}
		if p := admin.Open(path); !strings.Contains(p.Body, "Scope refused") || !strings.Contains(p.Body, `id="health-scope"`) {
			t.Errorf("%s: the key's page is\n%s", offline, p.Body)
		}
		if !strings.Contains(w.Logs.String(), "invalid_scope") {
			t.Errorf("%s: the record does not name it", offline)
		}
		admin.Submit(admin.Open(path), path, "ask_offline", "")
		come(w)
		if p := admin.Open(path); strings.Contains(p.Body, "Scope refused") || !strings.Contains(p.Body, "Working") {
			t.Errorf("%s: after a good sign-in the page is\n%s", offline, p.Body)
		}
	}
}

// If the provider shows its own error page, the hub gets no response.
func TestAProviderFromWhichNobodyComesBackDoesNotWork(t *testing.T) {
	w, u := odd(t, func(*federationtest.Script) {})
	come(w)
	admin := looking(w)
	page := func() string { return admin.Open("/admin/providers/company").Body }
	if p := page(); !strings.Contains(p, "Working") {
		t.Errorf("at first:\n%s", p)
	}
	u.Set(func(s *federationtest.Script) {
		s.Replace = map[string]http.HandlerFunc{federationtest.PathAuthorize: func(rw http.ResponseWriter, _ *http.Request) {
			http.Error(rw, "Client not found", http.StatusBadRequest)
		}}
	})
	b := w.Browser()
	at := b.Open("/account")
	for at.Location != "" && !strings.HasPrefix(at.Location, u.URL) {
		at = b.Hop(at)
	}
	w.Clock.Skip(11 * time.Minute)
	admin = looking(w)
	if p := page(); strings.Contains(p, "Working<") || !strings.Contains(p, "No callbacks") || !strings.Contains(p, `id="health-back"`) {
		t.Errorf("of those who left nobody came back:\n%s", p)
	}
	u.Set(func(s *federationtest.Script) { s.Replace = nil })
	come(w)
	if p := page(); !strings.Contains(p, "Working") {
		t.Errorf("in the end:\n%s", p)
	}
}
