package openid_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/mapping"
	"github.com/fedhub/fedhub/internal/testkit/federationtest"
)

// described signs in with these userinfo claims.
func described(t *testing.T, places federation.Claims, says map[string]any) federation.Identity {
	t.Helper()
	w := newWorld(t, func(w *federationtest.World) {
		w.Key.Claims = places
		w.Key.RoleMap = map[string]string{"staff": "member", "boss": "chief"}
	})
	w.Set(func(s *federationtest.Script) {
		s.Person = func(_ string, claims map[string]any) {
			for name, value := range says {
				claims[name] = value
			}
		}
	})
	return w.MustSignIn(federation.AuthRequestOptions{})
}

func TestADescriptionIsFoundWhereTheKeySays(t *testing.T) {
	id := described(t, federation.Claims{
		Name: "profile.names.0.full", GivenName: "profile.first", FamilyName: "profile.last",
		Username: "https://example.org/login", Picture: "profile.photo", Locale: "profile.lang", Roles: "realm_access.roles",
	}, map[string]any{
		"profile": map[string]any{
			"names": []any{map[string]any{"full": "Countess"}}, "first": "Augusta", "last": "King",
			"photo": "https://example.org/p.png", "lang": "fr",
		},
		"https://example.org/login": "countess",
		"realm_access":              map[string]any{"roles": []string{"boss", "other"}},
		"roles":                     []string{"staff"}, // not where the key says
	})
	got := fmt.Sprint(id.Name, id.GivenName, id.FamilyName, id.PreferredUsername, id.Picture, id.Locale, id.Roles)
	if want := fmt.Sprint("Countess", "Augusta", "King", "countess", "https://example.org/p.png", "fr", []string{"chief"}); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestRolesMayBeAListOrAText(t *testing.T) {
	for name, row := range map[string]struct {
		place string
		says  map[string]any
		want  string
	}{
		"groups":          {"", map[string]any{"roles": nil, "groups": []string{"boss"}}, "[chief]"},
		"roles and group": {"", map[string]any{"groups": []string{"boss", "staff"}}, "[chief member]"},
		"one name":        {"level", map[string]any{"level": "boss"}, "[chief]"},
		"a text":          {"scope", map[string]any{"scope": "staff boss x"}, "[]"},
		"a list of one":   {"groups", map[string]any{"groups": []string{"staff boss"}}, "[]"},
		"a number":        {"level", map[string]any{"level": 7}, "[]"},
		"objects":         {"groups", map[string]any{"groups": []any{map[string]any{"name": "boss"}}}, "[]"},
		"twice inside":    {"a.b", map[string]any{"a": map[string]any{"b": "boss", "B": "staff"}}, "[]"},
	} {
		id := described(t, federation.Claims{Roles: row.place}, row.says)
		if got := fmt.Sprint(id.Roles); got != row.want {
			t.Errorf("%s: got %s, want %s", name, got, row.want)
		}
	}
}

// A user in the group "Support admin" is no administrator, and neither is one
// with a text that contains "admin" beside other words.
func TestAListIsAListAndATextIsCutOnlyWhereTheKeySays(t *testing.T) {
	rules := map[string]string{"admin": "admin", "boss": "admin", "Support": "helper", "Support admin": "help desk", "staff": "member", "cn=staff,dc=x.y": "ldap"}
	for _, row := range []struct {
		claim     any
		separator string
		want      string
	}{
		{[]string{"Support admin"}, "", "help desk"},
		{[]string{"Support admin"}, mapping.Blanks, "help desk"},
		{[]string{"Support,admin"}, mapping.Commas, ""},
		{[]string{"admin"}, mapping.Blanks, "admin"},
		{[]string{"cn=staff,dc=x.y"}, mapping.Commas, "ldap"},
		{"Support admin", "", "help desk"},
		{"Support admin", mapping.Blanks, "helper"},
		{"Support admin", mapping.Commas, "help desk"},
		{"Support admin,boss,staff", mapping.Commas, "help desk,member"},
		{"staff boss admin", mapping.Blanks, "member"},
		{"staff boss", "", ""},
		{"boss", mapping.Blanks, "admin"}, // not split
		{"Staff", "", ""},                 // names are case-sensitive
		{" staff", "", ""},
	} {
		for _, place := range []string{"", "my.groups"} {
			w := newWorld(t, func(w *federationtest.World) {
				w.Key.Claims, w.Key.RoleMap = federation.Claims{Roles: place, RolesText: row.separator}, rules
			})
			w.Set(func(s *federationtest.Script) {
				s.Person = func(_ string, claims map[string]any) {
					claims["roles"] = row.claim
					if place != "" {
						claims["roles"], claims["my"] = nil, map[string]any{"groups": row.claim}
					}
				}
			})
			if got := strings.Join(w.MustSignIn(federation.AuthRequestOptions{}).Roles, ","); got != row.want {
				t.Errorf("%q at %q, %q: got %q, want %q", row.claim, place, row.separator, got, row.want)
			}
		}
	}
}

func TestAnAddressFromElsewhereNeedsAWordOfItsOwn(t *testing.T) { // FE-15
	says := map[string]any{"mail": map[string]any{"work": "ada@work.example", "proven": true}, "email_verified": true}
	for name, row := range map[string]struct {
		places   federation.Claims
		address  string
		verified bool
	}{
		"as usual":            {federation.Claims{}, "ada@example.org", true},
		"without a word":      {federation.Claims{Email: "mail.work"}, "ada@work.example", false},
		"with its word":       {federation.Claims{Email: "mail.work", EmailVerified: "mail.proven"}, "ada@work.example", true},
		"a word that is none": {federation.Claims{Email: "mail.work", EmailVerified: "mail.work"}, "ada@work.example", false},
		"another word":        {federation.Claims{EmailVerified: "mail.other"}, "ada@example.org", false},
		"no address there":    {federation.Claims{Email: "mail.home", EmailVerified: "mail.proven"}, "", false},
	} {
		id := described(t, row.places, says)
		if id.Email != row.address || id.EmailVerified != row.verified {
			t.Errorf("%s: got %q, %v", name, id.Email, id.EmailVerified)
		}
	}
}

func TestAssuranceIsBelievedWhereTheKeySays(t *testing.T) { // FE-28
	for _, trust := range []bool{false, true} {
		w := newWorld(t, func(w *federationtest.World) { w.Key.TrustAssurance = trust })
		id := w.MustSignIn(federation.AuthRequestOptions{})
		if got := id.ACR != "" && len(id.AMR) == 2; got != trust {
			t.Errorf("trust %v: got %q and %v", trust, id.ACR, id.AMR)
		}
	}
}

func TestFurtherParametersReplaceNoneOfOurs(t *testing.T) {
	w := newWorld(t, func(w *federationtest.World) {
		w.Key.Params = map[string]string{
			"audience": "api", "prompt": "select_account", "ui_locales": "de",
			"state": "x", "nonce": "x", "redirect_uri": "https://evil.test", "code_challenge_method": "plain", "scope": "x", "response_mode": "fragment",
		}
	})
	leg, _ := w.Begin(federation.AuthRequestOptions{UILocales: "fr"})
	q, _ := w.Seen(federationtest.PathAuthorize)
	for name, want := range map[string]string{
		"audience": "api", "prompt": "select_account",
		"ui_locales": "fr", // the app's scopes come first
		"state":      leg.State, "nonce": leg.Nonce, "redirect_uri": leg.Redirect, "code_challenge_method": "S256",
		"scope": "openid profile email roles", "response_mode": "",
	} {
		if got := q.Get(name); got != want || len(q[name]) > 1 {
			t.Errorf("%s: got %v, want %q", name, q[name], want)
		}
	}
}
