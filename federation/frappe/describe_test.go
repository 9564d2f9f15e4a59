package frappe_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/internal/testkit/federationtest"
	"github.com/fedhub/fedhub/internal/testkit/frappetest"
)

func TestASiteIsKnownByItsNo(t *testing.T) {
	for _, g := range frappetest.Generations() {
		s := newStage(t, g, nil)
		card, err := s.connector.(federation.Describer).Describe(t.Context())
		if err != nil || card.Issuer != s.URL {
			t.Errorf("%s: got %+v and %v", g, card, err)
		}
	}
	for name, row := range map[string]struct {
		status     int
		kind, body string
		want       federation.FaultKind
	}{
		"a page":          {200, "text/html", "<title>Welcome</title>", federation.Misconfigured},
		"another no":      {403, "application/json", `{"error":"forbidden"}`, federation.Misconfigured},
		"nothing of this": {404, "application/json", `{"exc_type":"DoesNotExistError"}`, federation.Misconfigured},
		"a breakdown":     {502, "text/html", "", federation.Unreachable},
	} {
		s := newStage(t, frappetest.G1, nil)
		s.Edit(func(site *frappetest.Site) {
			site.Before = func(w http.ResponseWriter, _ *http.Request) bool {
				w.Header().Set("Content-Type", row.kind)
				w.WriteHeader(row.status)
				_, _ = w.Write([]byte(row.body))
				return true
			}
		})
		if _, err := s.connector.(federation.Describer).Describe(t.Context()); federationtest.Fault(err) != row.want {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// A refresh that fails its checks leaves no valid token. The user is signed in
// even if revoking a token hangs or fails.
func TestNothingIsLeftAliveOfWhatFailed(t *testing.T) {
	s := newStage(t, frappetest.G3, func(_ *frappetest.Client, k *federation.LoginKey) { k.KeepTokens = true })
	id, err := s.signIn("asha@example.com")
	if err != nil {
		t.Fatal(err)
	}
	broken := func(method string, status int) {
		s.Edit(func(site *frappetest.Site) {
			site.Before = func(w http.ResponseWriter, r *http.Request) bool {
				if !strings.HasSuffix(r.URL.Path, method) {
					return false
				}
				w.WriteHeader(status)
				return true
			}
		})
	}
	broken("openid_profile", http.StatusBadGateway)
	if _, err := s.connector.(federation.Refresher).Refresh(t.Context(), id.Tokens); federationtest.Fault(err) != federation.Unreachable || s.alive() != 0 {
		t.Errorf("got %v, and %d pairs are alive", err, s.alive())
	}
	s = newStage(t, frappetest.G1, nil)
	broken("revoke_token", http.StatusInternalServerError)
	if _, err := s.signIn("asha@example.com"); err != nil {
		t.Errorf("the site takes nothing back: %v", err)
	}
}
