package frappe_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/frappe"
	"github.com/fedhub/fedhub/internal/testkit/federationtest"
	"github.com/fedhub/fedhub/internal/testkit/frappetest"
)

var methods = []string{frappetest.Basic, frappetest.Post}

func TestEveryGenerationSignsPeopleIn(t *testing.T) {
	for _, g := range frappetest.Generations() {
		for _, method := range methods {
			s := newStage(t, g, func(c *frappetest.Client, _ *federation.LoginKey) { c.AuthMethod = method })
			var subject string
			s.Edit(func(site *frappetest.Site) { subject = site.People["asha@example.com"].Subject })
			for range 2 {
				id, err := s.signIn("asha@example.com")
				if err != nil {
					t.Fatalf("%s, %s: %v", g, method, err)
				}
				if id.Subject != subject || id.Issuer != s.URL || id.Key != "up" || id.Name != "Asha Rao" || id.GivenName != "Asha" || id.FamilyName != "Rao" {
					t.Errorf("%s: got %+v", g, id)
				}
				if id.Email != "asha@example.com" || id.EmailVerified {
					t.Errorf("%s: the address is %q, verified %v", g, id.Email, id.EmailVerified)
				}
				if !slices.Equal(id.Roles, []string{"accounts"}) {
					t.Errorf("%s: the roles are %v", g, id.Roles)
				}
			}
			// Found out once, remembered afterwards; and nothing is left alive.
			want := 2
			if g == frappetest.G4 && method == frappetest.Basic {
				want = 3
			}
			if got := s.asked("get_token"); got != want {
				t.Errorf("%s, %s: the token endpoint was asked %d times, want %d", g, method, got, want)
			}
			if got := s.alive(); got != 0 {
				t.Errorf("%s, %s: %d tokens are alive", g, method, got)
			}
		}
	}
}

func TestAPublicClientNeedsNoSecret(t *testing.T) {
	s := newStage(t, frappetest.G4, func(c *frappetest.Client, _ *federation.LoginKey) { c.AuthMethod = frappetest.None })
	s.key.Secret = ""
	s.open()
	if id, err := s.signIn("asha@example.com"); err != nil || id.Email != "asha@example.com" {
		t.Errorf("got %+v and %v", id, err)
	}
}

func TestTheRequestHasEverythingOnce(t *testing.T) {
	s := newStage(t, frappetest.G1, func(_ *frappetest.Client, k *federation.LoginKey) {
		k.Scopes, k.Params = []string{"all", "openid"}, map[string]string{"display": "page", "state": "known"}
	})
	var leg federation.AuthState
	to, err := s.connector.Begin(t.Context(), &leg, federation.AuthRequestOptions{LoginHint: "asha"})
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	for name, want := range map[string]string{
		"response_type": "code", "client_id": s.client.ID, "redirect_uri": callback, "scope": "openid all", "state": leg.State, "nonce": leg.Nonce,
		"code_challenge_method": "S256", "display": "page",
	} {
		if got := q[name]; len(got) != 1 || got[0] != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	plain := func(s string) bool {
		return len(s) >= 43 && !strings.ContainsFunc(s, func(r rune) bool {
			return r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
		})
	}
	if !plain(leg.State) || !plain(leg.Nonce) || strings.Contains(to, leg.Verifier) || strings.Contains(to, "+") || !strings.Contains(to, "scope=openid%20all") {
		t.Errorf("the request is %s for %+v", to, leg)
	}
	if _, err := s.connector.Begin(t.Context(), &leg, federation.AuthRequestOptions{Prompt: "none"}); federationtest.Refused(err) != "login_required" {
		t.Errorf("prompt=none: got %v", err)
	}
}

// A site compares the cookies that it sets with its session. A token request has
// no session, so it sends no cookies.
func TestNoCookieAndNoQueryGoesToTheSite(t *testing.T) {
	s := newStage(t, frappetest.G1, nil)
	client := *s.Client()
	client.Jar = badJar{}
	s.env.HTTP = &client
	var err error
	if s.connector, err = frappe.New(s.key, s.env); err != nil {
		t.Fatal(err)
	}
	if _, err := s.signIn("asha@example.com"); err != nil {
		t.Error(err)
	}
}

func TestOnlyBadCredentialsAreTriedAnotherWay(t *testing.T) {
	s := newStage(t, frappetest.G1, nil)
	leg, answer := s.begin("asha@example.com", frappetest.Allow)
	answer.Set("code", "nosuch")
	if _, err := s.connector.Finish(t.Context(), leg, answer); federationtest.Refused(err) != "invalid_grant" {
		t.Errorf("got %v", err)
	}
	if got := s.asked("get_token"); got != 1 {
		t.Errorf("a code was shown %d times", got)
	}
	for _, g := range []frappetest.Generation{frappetest.G1, frappetest.G2a, frappetest.G3} {
		s = newStage(t, g, nil)
		leg, answer = s.begin("asha@example.com", frappetest.Allow)
		s.key.ClientID = "nosuch"
		s.open()
		if _, err := s.connector.Finish(t.Context(), leg, answer); federationtest.Refused(err) != "invalid_client" || s.asked("get_token") != 1 {
			t.Errorf("%s: got %v after %d requests", g, err, s.asked("get_token"))
		}
	}
}

func TestTheSecretGoesWhereTheKeySays(t *testing.T) {
	for place, want := range map[string]string{"form": "invalid_client", "header": ""} {
		s := newStage(t, frappetest.G4, func(_ *frappetest.Client, k *federation.LoginKey) {
			k.Options = map[string]string{"credentials": place}
		})
		_, err := s.signIn("asha@example.com")
		if federationtest.Refused(err) != want || want == "" && err != nil {
			t.Errorf("%s: got %v", place, err)
		}
	}
}

func TestAdministratorOfASiteIsNobody(t *testing.T) {
	for _, g := range frappetest.Generations() {
		s := newStage(t, g, func(c *frappetest.Client, _ *federation.LoginKey) { c.AllowedRoles = []string{"All"} })
		s.Edit(func(site *frappetest.Site) {
			u := site.People["Administrator"]
			site.People["admin@example.com"] = u
		})
		_, err := s.signIn("admin@example.com")
		var fault *federation.Fault
		if !asFault(err, &fault) || fault.Kind != federation.Untrusted || fault.Says.Code != "fault.administrator" || !strings.Contains(err.Error(), "no id") {
			t.Errorf("%s: got %v", g, err)
		}
		if got := s.alive(); got != 0 {
			t.Errorf("%s: %d tokens of the site's Administrator are alive", g, got)
		}
	}
}

func TestTheSiteMayCallItselfAsTheKeySays(t *testing.T) {
	for name, row := range map[string]struct {
		calls, expected string
		plain           bool
		says            string // of the error; empty: signed in
	}{
		"its address":           {},
		"its address, slashed":  {calls: "URL/"},
		"plain http":            {plain: true},
		"another site":          {calls: "https://upstream.example.com", says: `enter "https://upstream.example.com" as the issuer`},
		"another, and expected": {calls: "https://upstream.example.com", expected: "https://upstream.example.com"},
		"not what is expected":  {expected: "https://upstream.example.com", says: "issuer is"},
	} {
		s := newStage(t, frappetest.G1, func(_ *frappetest.Client, k *federation.LoginKey) {
			k.Options = map[string]string{"issuer": row.expected}
		})
		leg, answer := s.begin("asha@example.com", frappetest.Allow)
		s.Edit(func(site *frappetest.Site) {
			site.BaseURL, site.Unproxied = strings.Replace(row.calls, "URL", s.URL, 1), row.plain
		})
		id, err := s.connector.Finish(t.Context(), leg, answer)
		switch {
		case row.says == "" && (err != nil || id.Issuer != s.URL):
			t.Errorf("%s: got %+v and %v", name, id, err)
		case row.says != "" && (federationtest.Fault(err) != federation.Misconfigured || !strings.Contains(err.Error(), row.says)):
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestAnAddressCountsByTheAdministratorsWord(t *testing.T) {
	for name, row := range map[string]struct {
		edit func(*federation.LoginKey)
		want bool
	}{
		"no word":         {func(*federation.LoginKey) {}, false},
		"for all":         {func(k *federation.LoginKey) { k.TrustEmail = true }, true},
		"for the domain":  {func(k *federation.LoginKey) { k.AuthoritativeDomains = []string{"example.com"} }, true},
		"for another one": {func(k *federation.LoginKey) { k.AuthoritativeDomains = []string{"ample.com"} }, false},
	} {
		s := newStage(t, frappetest.G1, func(_ *frappetest.Client, k *federation.LoginKey) { row.edit(k) })
		if id, err := s.signIn("asha@example.com"); err != nil || id.EmailVerified != row.want {
			t.Errorf("%s: got %v and %v", name, id.EmailVerified, err)
		}
	}
}

func TestARefreshRotatesAtEveryGeneration(t *testing.T) {
	for _, g := range frappetest.Generations() {
		s := newStage(t, g, func(_ *frappetest.Client, k *federation.LoginKey) { k.KeepTokens = true })
		first, err := s.signIn("asha@example.com")
		if err != nil {
			t.Fatal(err)
		}
		s.clock.Move(2 * time.Hour) // the access token is over
		s.Join("asha@example.com", "Asha", "King", "Accounts User")
		s.Edit(func(site *frappetest.Site) {
			u := site.People["asha@example.com"]
			u.Subject = first.Subject
			site.People["asha@example.com"] = u
		})
		second, err := s.connector.(federation.Refresher).Refresh(t.Context(), first.Tokens)
		if err != nil || second.FamilyName != "King" || second.Tokens.Refresh == first.Tokens.Refresh || second.Tokens.Refresh == "" {
			t.Fatalf("%s: got %+v and %v", g, second, err)
		}
		if err := s.connector.(federation.Revoker).Revoke(t.Context(), first.Tokens); err != nil {
			t.Errorf("%s: revoke: %v", g, err)
		}
		if got := s.alive(); got != 1 {
			t.Errorf("%s: %d pairs are alive, want one", g, got)
		}
		_, err = s.connector.(federation.Refresher).Refresh(t.Context(), first.Tokens)
		if federationtest.Refused(err) != "invalid_grant" {
			t.Errorf("%s: the old token: got %v", g, err)
		}
		s.noLeaks(err, federation.AuthState{}, nil)
		if err := s.connector.(federation.Revoker).Revoke(t.Context(), second.Tokens); err != nil || s.alive() != 0 {
			t.Errorf("%s: %d pairs are alive after the last was given back: %v", g, s.alive(), err)
		}
	}
}

func TestOnlyTheSamePersonIsRefreshed(t *testing.T) {
	s := newStage(t, frappetest.G1, func(_ *frappetest.Client, k *federation.LoginKey) { k.KeepTokens = true })
	id, err := s.signIn("asha@example.com")
	if err != nil {
		t.Fatal(err)
	}
	s.Join("asha@example.com", "Eve", "") // the address now belongs to another user
	if _, err := s.connector.(federation.Refresher).Refresh(t.Context(), id.Tokens); federationtest.Fault(err) != federation.Untrusted {
		t.Errorf("got %v", err)
	}
	if _, err := s.connector.(federation.Refresher).Refresh(t.Context(), federation.Tokens{}); federationtest.Refused(err) != "invalid_grant" {
		t.Errorf("no token: got %v", err)
	}
}

func TestTheStepsOfATestAreTicked(t *testing.T) {
	s := newStage(t, frappetest.G1, nil)
	leg, answer := s.begin("asha@example.com", frappetest.Allow)
	var steps []string
	facts := map[string]string{}
	ctx := federation.Observed(t.Context(), func(step federation.Step) {
		steps = append(steps, step.Name)
		for _, f := range step.Facts {
			facts[f.Name] = f.Value
		}
	})
	if _, err := s.connector.Finish(ctx, leg, answer); err != nil {
		t.Fatal(err)
	}
	if want := []string{"answer", "token", "id_token", "userinfo", "claims"}; !slices.Equal(steps, want) {
		t.Errorf("got %v, want %v", steps, want)
	}
	// Hole #37354: an administrator sees what arrived, and what a short secret is worth.
	if !strings.Contains(facts["roles there"], "Accounts User") || !strings.Contains(facts["secret"], "short") || facts["email_verified"] != "false" {
		t.Errorf("the facts are %v", facts)
	}
}
