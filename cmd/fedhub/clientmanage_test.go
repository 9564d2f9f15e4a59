package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// wiki is a shell with one application.
func wiki(t *testing.T, more ...string) *shell {
	s := newShell(t)
	s.must(append([]string{"client", "add", "--name", "Wiki", "--id", "wiki", "--redirect-uri", "https://wiki.example.org/cb"}, more...)...)
	return s
}

// shown is one member in the output of "client show".
func (s *shell) shown(id, member string) any {
	s.Helper()
	var all map[string]any
	s.must("client", "show", id, "--json").json(&all)
	return all[member]
}

func TestAnAppIsChangedByTheFlagsItIsAddedWith(t *testing.T) {
	s := wiki(t, "--role", "staff", "--skip-authorization", "--grant", "device")
	s.must("client", "update", "wiki", "--name", "Wiki two", "--redirect-uri", "https://two.example.org/cb https://two.example.org/cc", "--role=",
		"--no-skip-authorization", "--no-grant", "device", "--no-refresh", "--id-token-claims", "--pairwise")
	if !strings.Contains(s.out, "Wiki two was changed.") {
		t.Errorf("said %q", s.out)
	}
	for member, want := range map[string]any{"client_name": "Wiki two", "default_redirect_uri": "https://two.example.org/cb", "skip_authorization": false,
		"id_token_claims": true, "subject_type": "pairwise", "scope": "openid profile email"} {
		if got := s.shown("wiki", member); got != want {
			t.Errorf("%s: got %v, want %v", member, got, want)
		}
	}
	if roles, grants := s.shown("wiki", "allowed_roles").([]any), s.shown("wiki", "grant_types").([]any); len(roles) != 0 || len(grants) != 1 {
		t.Errorf("roles %v, grants %v", roles, grants)
	}
	var row clientRow
	s.must("client", "update", "wiki", "--scope", "openid", "--no-pairwise", "--json").json(&row)
	if !slices.Equal(row.Scopes, []string{"openid"}) || row.Secret != "" {
		t.Errorf("got %s", s.out)
	}
	if got := s.shown("wiki", "subject_type"); got == "pairwise" {
		t.Error("it still knows people by subjects of its own")
	}
	s.run("client", "update", "wiki").fails(2, "fedhub client update --help")
	s.run("client", "update", "nobody", "--name", "x").fails(1, "no application with the client ID nobody")
	s.run("client", "update", "wiki", "--redirect-uri=").fails(2, "redirect URI")
	s.run("client", "update", "wiki", "--id", "other").fails(2, "--id", "fedhub client update --help")
}

func TestAnAppIsChangedByMembers(t *testing.T) {
	s := wiki(t, "--logo-uri", "https://wiki.example.org/logo.png", "--origin", "https://wiki.example.org", "--id-token-claims")
	before := s.must("client", "show", "wiki", "--json").out
	s.stdin = before
	s.must("client", "update", "wiki", "--from-json", "-")
	if after := s.must("client", "show", "wiki", "--json").out; after != before {
		t.Errorf("what was printed changes it: got %s, want %s", after, before)
	}
	s.stdin = `{"logo_uri": null, "skip_authorization": true, "redirect_uris": ["https://two.example.org/cb"]}`
	s.must("client", "update", "wiki", "--from-json", "-", "--name", "Wiki two")
	for member, want := range map[string]any{"logo_uri": nil, "skip_authorization": true, "client_name": "Wiki two", "id_token_claims": true, "default_redirect_uri": "https://two.example.org/cb"} {
		if got := s.shown("wiki", member); got != want {
			t.Errorf("%s: got %v, want %v", member, got, want)
		}
	}
	for members, says := range map[string]string{`{"skip": true}`: "skip", `{"client_id": "other"}`: "client ID cannot be changed", `{"client_secret": "x"}`: "fedhub client secret add", `{"redirect_uris": 1}`: "redirect_uris"} {
		s.stdin = members
		s.run("client", "update", "wiki", "--from-json", "-").fails(2, says)
	}
}

func TestAnAppIsSwitchedAndDeleted(t *testing.T) {
	s := wiki(t)
	var row clientRow
	if s.must("client", "disable", "wiki", "--json").json(&row); !row.Disabled {
		t.Errorf("got %s", s.out)
	}
	if s.must("client", "enable", "wiki", "--json").json(&row); row.Disabled {
		t.Errorf("got %s", s.out)
	}
	s.stdin = "no\n"
	s.run("client", "delete", "wiki")
	if s.code != 2 || !strings.Contains(s.err, "deletes 1 secret, all consents for it and all its tokens") || !strings.Contains(s.err, "nothing was deleted; type yes to confirm, or add --yes") {
		t.Errorf("got %d %q", s.code, s.err)
	}
	s.stdin = "yes\n"
	s.must("client", "delete", "wiki", "--json").json(&row)
	if row.ID != "wiki" {
		t.Errorf("got %s", s.out)
	}
	s.run("client", "delete", "wiki", "--yes").fails(1, "no app")
	if acts := s.must("db", "list", "audit", "--json").out; strings.Count(acts, "{") < 4 {
		t.Errorf("on record is %s", acts)
	}
}

func TestSecretsOfAnAppComeAndGo(t *testing.T) {
	s := wiki(t)
	var added clientRow
	s.must("client", "secret", "add", "wiki", "--days", "90", "--json").json(&added)
	if !strings.HasPrefix(added.Secret, "fhs_") {
		t.Errorf("got %s", s.out)
	}
	var all []secretRow
	s.must("client", "secret", "list", "wiki", "--json").json(&all)
	if len(all) != 2 || !all[0].Expires.IsZero() || all[1].Expires.IsZero() || strings.Contains(s.out, added.Secret) {
		t.Fatalf("got %s", s.out)
	}
	s.stdin = "\n"
	s.run("client", "secret", "delete", "wiki", all[0].ID)
	if s.code != 2 || !strings.Contains(s.err, "It has other secrets.") {
		t.Errorf("got %d %q", s.code, s.err)
	}
	s.must("client", "secret", "delete", "wiki", all[0].ID, "--yes")
	s.run("client", "secret", "delete", "wiki", all[0].ID, "--yes").fails(1, "client secret list wiki")
	s.must("client", "secret", "delete", "wiki", all[1].ID, "--yes")
	if s.must("client", "update", "wiki", "--name", "Wiki two"); !strings.Contains(s.out, "fedhub client secret add wiki") {
		t.Errorf("nothing is said of the secret that it lacks: %s", s.out)
	}
	s.must("client", "add", "--name", "Phone", "--id", "phone", "--type", "native", "--redirect-uri", "org.example.phone:/callback")
	s.run("client", "secret", "add", "phone").fails(2, "has no secret")
	s.run("client", "secret", "add", "wiki", "--days=-1").fails(2, "--days")
}

func TestASecretThatWasMadeElsewhereIsTakenAndNeverPrinted(t *testing.T) {
	const long = "0123456789abcdef0123456789abcdef"
	s := newShell(t)
	s.stdin = `{"client_name": "Dex", "client_id": "dex", "redirect_uris": ["https://dex.example.org/cb"], "client_secret": "5f1c09ab7e"}`
	if s.must("client", "add", "--from-json", "-"); strings.Contains(s.out, "5f1c09ab7e") {
		t.Errorf("it is printed: %s", s.out)
	}
	file := filepath.Join(t.TempDir(), "app.json")
	text := `{"client_name": "Jwt", "client_id": "jwt", "redirect_uris": ["https://jwt.example.org/cb"], "token_endpoint_auth_method": "client_secret_jwt", "client_secret": "` + long + `"}`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if s.must("client", "add", "--from-json", file, "--json"); strings.Contains(s.out, long) {
		t.Errorf("it is printed: %s", s.out)
	}
	for _, id := range []string{"dex", "jwt"} {
		kept := stored(t, s, "clients", id)
		if strings.Contains(kept, "5f1c09ab7e") || strings.Contains(kept, long) || !strings.Contains(kept, `"key"`) {
			t.Errorf("%s is kept as %s", id, kept)
		}
		var all []secretRow
		if s.must("client", "secret", "list", id, "--json").json(&all); len(all) != 1 || all[0].Hint != "" {
			t.Errorf("%s: got %s", id, s.out)
		}
	}
	for members, says := range map[string]string{
		`"token_endpoint_auth_method": "client_secret_jwt", "client_secret": "5f1c09ab7e"`:                                           "at least 32 bytes",
		`"id_token_signed_response_alg": "HS256", "client_secret": "0123456789abcdef0123456789abcde"`:                                "at least 32 bytes",
		`"token_endpoint_auth_method": "none", "client_secret": "` + long + `"`:                                                      "client_secret: This application authenticates with none",
		`"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://x.example.org/jwks", "client_secret": "` + long + `"`: "client_secret: This application authenticates with private_key_jwt",
		`"client_secret": "short"`: "client_secret: The client secret must have 8 to",
		`"client_secret": 7`:       "client_secret must be a string",
	} {
		s.stdin = `{"client_name": "X", "client_id": "x", "redirect_uris": ["https://x.example.org/cb"], ` + members + `}`
		if s.run("client", "add", "--from-json", "-").fails(2, says); strings.Contains(s.err, long) {
			t.Errorf("it is printed: %s", s.err)
		}
		s.run("client", "show", "x").fails(1, "no app")
	}
	s.stdin = long + "\n"
	if s.must("client", "secret", "add", "dex", "--secret-file", "-"); strings.Contains(s.out, long) {
		t.Errorf("it is printed: %s", s.out)
	}
}
