package frappe_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/internal/testkit/frappetest"
)

// A site does not send the time of the sign-in, so the hub does not know it: ID
// tokens have no auth_time, and an app that requires it gets a sign-in at the hub
// or login_required (OIDC Core §3.1.2.1).
func TestWhenSomebodySignedInIsNotMadeUp(t *testing.T) {
	for _, row := range []struct {
		name  string
		pairs []string
	}{
		{"prompt=login", []string{"prompt", "login"}},
		{"max_age=0", []string{"max_age", "0"}},
		{"max_age", []string{"max_age", "3600"}},
		{"an essential auth_time", []string{"claims", `{"id_token":{"auth_time":{"essential":true}}}`}},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := hubtest.Above(t, frappetest.G4, func(k *federation.LoginKey) { k.TrustEmail = true })
			a, b := s.App(), s.Browser()
			claims := hubtest.ClaimsOf(t, s.SignIn(b, a).Str("id_token"))
			if claims["auth_time"] != nil {
				t.Fatalf("nobody knows when, and the token says %v", claims["auth_time"])
			}
			p := s.Come(b, b.Open("/signin?"+url.Values{"flow": {flowOf(t, b.Authorize(a.Request(row.pairs...)))}}.Encode()), hubtest.AshaThere, frappetest.Allow)
			if got := b.Answer(p); got.Get("error") != "login_required" || got.Get("code") != "" {
				t.Errorf("without a proof of her own: got %v", got)
			}

			if _, err := s.Hub.People().SetPassword(t.Context(), s.Identity().UserID, hubtest.Password); err != nil {
				t.Fatal(err)
			}
			b = s.Browser()
			p = s.Come(b, b.Authorize(a.Request(row.pairs...)), hubtest.AshaThere, frappetest.Allow)
			if p.URL.Path != "/signin/prove" {
				t.Fatalf("with a password here: at %s:\n%s", p.URL, p.Body)
			}
			if wrong := b.Prove(p, "prove_password", "not it at all"); wrong.Status != 401 {
				t.Errorf("a wrong password: got %d", wrong.Status)
			}
			before := float64(s.Clock.Now().Unix())
			p = b.Prove(p)
			if strings.Contains(p.Body, `action="/consent"`) {
				p = b.Submit(p, "/consent", "decision", "allow")
			}
			claims = hubtest.ClaimsOf(t, a.Redeem(b.Answer(p).Get("code")).Str("id_token"))
			if got, _ := claims["auth_time"].(float64); got < before {
				t.Errorf("with a proof made here: got %v, want %v or a moment later", got, before)
			}
		})
	}
}

func flowOf(t *testing.T, p hubtest.Page) string {
	t.Helper()
	id := p.URL.Query().Get("flow")
	if id == "" {
		t.Fatalf("no flow at %s", p.URL)
	}
	return id
}

// An administrator may trust a site's sign-ins as proof.
func TestAKeyMayCountWhoComesAsSignedInAnew(t *testing.T) {
	s := hubtest.Above(t, frappetest.G4, func(k *federation.LoginKey) { k.CountsAsNew = true })
	before := float64(s.Clock.Now().Unix())
	claims := hubtest.ClaimsOf(t, s.SignIn(s.Browser(), s.App(), "prompt", "login").Str("id_token"))
	if got, _ := claims["auth_time"].(float64); got < before {
		t.Errorf("got %v, want %v or a moment later", got, before)
	}
}

// A session without a known time of proof cannot change security settings: the
// page offers an emailed link, which leads to a password.
func TestWhoHasNoProofHereIsLedToOne(t *testing.T) {
	s := hubtest.Above(t, frappetest.G4, func(k *federation.LoginKey) { k.TrustEmail = true })
	b := s.Browser()
	s.SignIn(b, s.App())
	p := b.Open("/account/password")
	if p.URL.Path != "/signin/prove" || !strings.Contains(p.Body, `id="silent"`) || strings.Contains(p.Body, "prove_password") {
		t.Fatalf("at %s:\n%s", p.URL, p.Body)
	}
	if !strings.Contains(p.Body, "fedhub user reset-link") {
		t.Errorf("without mail the page must say who can help:\n%s", p.Body)
	}
}
