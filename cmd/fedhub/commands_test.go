package main

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/cmd/fedhub/internal/database"
)

const password = "green apples on the roof"

func TestAPersonIsAdded(t *testing.T) {
	s := newShell(t)
	s.stdin = password + "\n"
	s.must("user", "add", "--email", "Ada@example.org", "--name", "Ada Lovelace", "--role", "staff", "--role", "admin", "--email-verified", "--password-stdin", "--json")
	var ada userRow
	s.json(&ada)
	if ada.Email != "Ada@example.org" || ada.Name != "Ada Lovelace" || strings.Join(ada.Roles, " ") != "admin staff" || !ada.Verified || !ada.Password || ada.ID == "" {
		t.Errorf("got %+v", ada)
	}
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte(password+"\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.must("user", "add", "--email", "grace@example.org", "--password-file", file)
	if got, want := s.out, "grace@example.org was added.\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	s.must("user", "add", "--email", "alan@example.org", "--no-password")

	s.must("user", "list", "--json")
	var all []userRow
	s.json(&all)
	if len(all) != 3 {
		t.Errorf("got %d people, want 3", len(all))
	}
	s.must("user", "list")
	for _, want := range []string{"EMAIL", "Ada Lovelace", "admin staff", "provider"} {
		if !strings.Contains(s.out, want) {
			t.Errorf("the list does not say %q:\n%s", want, s.out)
		}
	}
	// The hub has an administrator now, so set-up is over.
	s.run("setup-link").fails(1, "already has an administrator")
}

func TestAPersonIsNotAdded(t *testing.T) {
	for name, row := range map[string]struct {
		args  []string
		stdin string
		code  int
		says  string
	}{
		"no address":           {args: []string{"--no-password"}, code: 2, says: "--email"},
		"half an address":      {args: []string{"--email", "ada@", "--no-password"}, code: 2, says: "one email address"},
		"taken":                {args: []string{"--email", "GRACE@example.org", "--no-password"}, code: 1, says: "already"},
		"a short password":     {args: []string{"--email", "ada@example.org", "--password-stdin"}, stdin: "apple", code: 2, says: "needs at least 15"},
		"no password":          {args: []string{"--email", "ada@example.org", "--password-stdin"}, stdin: "\n", code: 2, says: "empty"},
		"a missing file":       {args: []string{"--email", "ada@example.org", "--password-file", "/nowhere"}, code: 2, says: "--password-file"},
		"no word of password":  {args: []string{"--email", "ada@example.org"}, stdin: password, code: 2, says: "--password-stdin"},
		"two words of it":      {args: []string{"--email", "ada@example.org", "--password-stdin", "--no-password"}, code: 2, says: "can't be used together"},
		"password as argument": {args: []string{"--email", "ada@example.org", "--password", password}, code: 2, says: "--password"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShell(t)
			s.must("user", "add", "--email", "grace@example.org", "--no-password")
			s.stdin = row.stdin
			s.run(append([]string{"user", "add"}, row.args...)...).fails(row.code, row.says)
			if strings.Contains(s.err, password) {
				t.Error("the password is in the error")
			}
			var all []userRow
			s.must("user", "list", "--json").json(&all)
			if len(all) != 1 {
				t.Errorf("got %d people, want 1", len(all))
			}
		})
	}
}

func TestAnAppIsRegistered(t *testing.T) {
	s := newShell(t)
	s.must("client", "add", "--name", "Wiki", "--redirect-uri", "https://wiki.example.org/a,b", "--redirect-uri", "https://wiki.example.org/c",
		"--default-redirect-uri", "https://wiki.example.org/c", "--scope", "openid", "--scope", "email", "--role", "staff", "--skip-authorization",
		"--grant-type", "authorization_code", "--response-type", "code", "--auth-method", "client_secret_post",
		"--backchannel-logout-uri", "https://wiki.example.org/logout", "--id", "wiki", "--json")
	var wiki clientRow
	s.json(&wiki)
	if wiki.ID != "wiki" || !strings.HasPrefix(wiki.Secret, "fhs_") || wiki.Issuer != "http://localhost:8080" || wiki.AuthMethod != "client_secret_post" ||
		strings.Join(wiki.RedirectURIs, " ") != "https://wiki.example.org/a,b https://wiki.example.org/c" || strings.Join(wiki.Scopes, " ") != "openid email" {
		t.Errorf("got %+v", wiki)
	}
	s.must("client", "add", "--name", "Phone", "--type", "native", "--redirect-uri", "org.example.phone:/callback")
	if strings.Contains(s.out, "secret") {
		t.Errorf("a public client got a secret:\n%s", s.out)
	}
	s.must("client", "add", "--name", "Robot", "--type", "service", "--scope", "things")

	s.must("client", "list", "--json")
	var all []clientRow
	s.json(&all)
	if len(all) != 3 || strings.Contains(s.out, "secret\"") {
		t.Errorf("got %s", s.out)
	}
	s.must("client", "list")
	if !strings.Contains(s.out, "wiki") || strings.Contains(s.out, "fhs_") {
		t.Errorf("got %s", s.out)
	}
}

func TestAnAppIsNotRegistered(t *testing.T) {
	for name, row := range map[string]struct {
		args []string
		code int
		says string
	}{
		"no name":                {nil, 2, "--name"},
		"no address":             {[]string{"--name", "x"}, 2, "Enter at least one redirect URI"},
		"plain http":             {[]string{"--name", "x", "--redirect-uri", "http://app.example.org/cb", "--url", "https://id.example.org"}, 2, "https"},
		"another type":           {[]string{"--name", "x", "--type", "robot"}, 2, "--type"},
		"types that do not pair": {[]string{"--name", "x", "--redirect-uri", "https://a.example/cb", "--grant-type", "implicit", "--response-type", "code"}, 2, "needs the Grant Type Authorization Code"},
		"another grant":          {[]string{"--name", "x", "--redirect-uri", "https://a.example/cb", "--grant-type", "password"}, 2, "Grant Type"},
		"a secret in a browser":  {[]string{"--name", "x", "--type", "spa", "--redirect-uri", "https://a.example/cb", "--auth-method", "client_secret_basic"}, 2, "cannot keep a secret"},
		"taken":                  {[]string{"--name", "x", "--redirect-uri", "https://a.example/cb", "--id", "wiki"}, 1, "taken"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShell(t)
			s.must("client", "add", "--name", "Wiki", "--id", "wiki", "--redirect-uri", "https://wiki.example.org/cb")
			s.run(append([]string{"client", "add"}, row.args...)...).fails(row.code, row.says)
		})
	}
}

func TestSettingsAreChanged(t *testing.T) {
	s := newShell(t)
	s.must("settings", "show", "--json")
	type shown struct {
		Name, Consent string
		ServerDomains []string `json:"server_domains"`
	}
	var now shown
	s.json(&now)
	if now.Name != "fedhub" || now.Consent != "auto" || now.ServerDomains == nil {
		t.Errorf("got %+v", now)
	}
	s.must("settings", "set", "--consent", "force", "--name", "Head office", "--server-domain", ".example.org")
	s.must("settings", "show", "--json").json(&now)
	if now.Name != "Head office" || now.Consent != "force" || strings.Join(now.ServerDomains, " ") != ".example.org" {
		t.Errorf("got %+v", now)
	}
	s.must("settings", "set", "--server-domain=", "--json").json(&now)
	if now.Name != "Head office" || len(now.ServerDomains) != 0 {
		t.Errorf("got %+v", now)
	}
	var policy struct {
		Registration string
		Issuers      []string `json:"software_issuers"`
	}
	s.must("settings", "set", "--registration", "token", "--software-issuer", "https://f.example https://f.example/jwks", "--json").json(&policy)
	if policy.Registration != "token" || len(policy.Issuers) != 1 {
		t.Errorf("got %+v", policy)
	}
	var documents struct {
		Domains []string `json:"document_domains"`
	}
	s.must("settings", "set", "--document-domain", ".example.org", "--json").json(&documents)
	if len(documents.Domains) != 1 || documents.Domains[0] != ".example.org" {
		t.Errorf("got %q", documents.Domains)
	}
	s.run("settings", "set", "--registration", "everybody").fails(2, "--registration")
	s.run("settings", "set", "--software-issuer", "https://f.example").fails(2, "not an issuer and its JWKS URI")
	s.run("settings", "set").fails(2, "nothing to change")
	s.run("settings", "set", "--consent", "never").fails(2, `--consent must be one of "force","auto" but got "never"`)
	s.run("settings", "set", "--server-domain", "com").fails(2, "not a host name")
}

func TestAnInitialAccessTokenIsMade(t *testing.T) {
	s := newShell(t)
	var made struct {
		Token    string `json:"initial_access_token"`
		Endpoint string `json:"registration_endpoint"`
		Uses     int
	}
	s.must("client", "initial-access-token", "--uses", "3", "--json").json(&made)
	if !strings.HasPrefix(made.Token, "fht_") || !strings.HasSuffix(made.Endpoint, "/oauth2/register") || made.Uses != 3 {
		t.Errorf("got %+v", made)
	}
	s.run("client", "initial-access-token", "--uses", "0").fails(2, "--uses")
	s.run("client", "initial-access-token", "--life", "1s").fails(2, "--life")
}

func TestTheKeyOfADatabaseFile(t *testing.T) {
	s := newShell(t)
	s.must("user", "list")
	path := database.KeyPath(s.env["FEDHUB_DATABASE"])
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != 0o600 {
		t.Errorf("the key file's mode: got %o, want 600", got)
	}
	key, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// The same key by variable or by file opens the same database.
	s.env["FEDHUB_SECRET_KEY"] = strings.TrimSpace(string(key))
	s.must("user", "list")
	delete(s.env, "FEDHUB_SECRET_KEY")
	s.must("user", "list", "--secret-key-file", path)
	// Another key does not open it, and nothing is created with the wrong key.
	s.env["FEDHUB_SECRET_KEY"] = base64.RawURLEncoding.EncodeToString([]byte("another key of thirty-two bytes."))
	s.run("user", "list").fails(2, "FEDHUB_SECRET_KEY is not the key")
	delete(s.env, "FEDHUB_SECRET_KEY")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	s.run("user", "list").fails(2, "FEDHUB_SECRET_KEY", path, "backup")
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("the key file: got %v, want none", err)
	}
}

func TestHelpAndVersion(t *testing.T) {
	s := newShell(t)
	for _, args := range [][]string{nil, {"--help"}, {"serve", "--help"}, {"provider", "add", "--help"}} {
		if s.run(args...); s.code != 0 || !strings.Contains(s.out, "Usage: fedhub") || s.err != "" {
			t.Errorf("fedhub %v: got %d %q %q", args, s.code, s.out, s.err)
		}
	}
	if s.must("version"); !strings.HasPrefix(s.out, "fedhub ") {
		t.Errorf("got %q", s.out)
	}
	var v map[string]string
	s.must("version", "--json").json(&v)
	if v["version"] == "" || v["go"] == "" {
		t.Errorf("got %v", v)
	}
	s.run("srve").fails(2, "srve", `did you mean one of "serve"`)
}

func TestAWrongWordPointsToWhatThereIs(t *testing.T) {
	s := newShell(t)
	s.run("frob").fails(2, "unexpected argument frob", "the commands are serve, demo, setup-link, user, group, field, client, api, provider, hub,", "see fedhub --help")
	s.run("client", "lst").fails(2, `did you mean "list"?`, "the commands are add, list,", "see fedhub client --help")
	s.run("client").fails(2, "the commands are add, list,", "see fedhub client --help")
	s.run("client", "add", "--nmae", "x").fails(2, "unknown flag --nmae", `did you mean "--name"?`, "see fedhub client add --help")
	s.run("client", "secret", "add", "wiki", "--frob").fails(2, "unknown flag --frob", "see fedhub client secret add --help")
	s.run("user", "show").fails(2, "missing arguments: <user>;", "see fedhub user show --help")
	if s.run("provider", "frob"); strings.Contains(s.err, "remove") {
		t.Errorf("names of before are listed: %s", s.err)
	}
}

func TestAnAppIsDescribedAsJSON(t *testing.T) {
	s := newShell(t)
	s.stdin = `{"client_id": "suite", "client_name": "Suite", "redirect_uris": ["https://suite.example.org/cb"], "response_types": ["code", "id_token"],
		"grant_types": ["authorization_code", "implicit", "refresh_token"], "token_endpoint_auth_method": "client_secret_jwt", "scope": "openid email phone"}`
	s.must("client", "add", "--from-json", "-", "--name", "Suite one", "--origin", "https://suite.example.org", "--skip-authorization", "--json")
	var added clientRow
	s.json(&added)
	if added.ID != "suite" || added.Name != "Suite one" || added.Secret == "" || added.AuthMethod != "client_secret_jwt" {
		t.Errorf("got %+v", added)
	}
	s.must("client", "show", "suite", "--json")
	var shown struct {
		Name      string   `json:"client_name"`
		Responses []string `json:"response_types"`
		Scope     string
		Skip      bool `json:"skip_authorization"`
		Origins   []string
	}
	s.json(&shown)
	if shown.Name != "Suite one" || strings.Join(shown.Responses, ",") != "code,id_token" || shown.Scope != "openid email phone" || !shown.Skip || len(shown.Origins) != 1 {
		t.Errorf("got %+v", shown)
	}
	if strings.Contains(s.out, added.Secret) || strings.Contains(s.out, "hash") {
		t.Error("a secret is shown again")
	}
	s.run("client", "show", "nobody").fails(1, "no application")
	s.stdin = s.must("client", "show", "suite", "--json").out
	s.must("client", "add", "--from-json", "-", "--id", "again")
	again := s.must("client", "show", "again", "--json").out
	if want := strings.ReplaceAll(s.stdin, `"client_id": "suite"`, `"client_id": "again"`); again != want {
		t.Errorf("what is printed is read as another app: got %s, want %s", again, want)
	}
	s.stdin = `{"redirect_uris": "https://suite.example.org/cb"}`
	s.run("client", "add", "--from-json", "-", "--name", "x").fails(2, "redirect_uris has the wrong type")
	s.run("client", "add", "--from-json", "/nowhere", "--name", "x").fails(2, "--from-json")
}

func TestAnAppIsRegisteredWithWhatFewAppsNeed(t *testing.T) {
	s := newShell(t)
	s.must("client", "add", "--name", "Wiki", "--id", "wiki", "--redirect-uri", "https://wiki.example.org/cb", "--response-types", "code", "--response-types", "code id_token",
		"--grant", "exchange", "--exchange-from", "other", "--delegate", "--dpop-bound", "--pairwise", "--require-pushed", "--detail-type", "payment")
	s.must("client", "show", "wiki")
	for _, want := range []string{`"code id_token"`, "token-exchange", `"pairwise"`, `"dpop_bound_access_tokens": true`, `"implicit"`, `"payment"`} {
		if !strings.Contains(s.out, want) {
			t.Errorf("it does not say %s:\n%s", want, s.out)
		}
	}
	s.run("client", "add", "--name", "x", "--redirect-uri", "https://a.example/cb", "--grant", "password").fails(2, "grant type")
}

func TestProfileClaimsComeInTheIDTokenByFlagOrMember(t *testing.T) {
	s := newShell(t)
	s.must("client", "add", "--name", "Dex", "--id", "dex", "--redirect-uri", "https://dex.example.org/cb", "--id-token-claims")
	s.stdin = `{"client_id": "bao", "client_name": "OpenBao", "redirect_uris": ["https://bao.example.org/cb"], "id_token_claims": true,
		"skip_authorization": true, "allowed_roles": ["staff"], "origins": ["https://bao.example.org"], "type": "web"}`
	s.must("client", "add", "--from-json", "-")
	for _, id := range []string{"dex", "bao"} {
		var shown struct {
			Claims bool `json:"id_token_claims"`
		}
		if s.must("client", "show", id, "--json").json(&shown); !shown.Claims {
			t.Errorf("%s: got %s", id, s.out)
		}
	}
	for _, want := range []string{`"skip_authorization": true`, `"staff"`, `"https://bao.example.org"`} {
		if !strings.Contains(s.out, want) {
			t.Errorf("it does not say %s:\n%s", want, s.out)
		}
	}
}

func TestRedirectURIsAreTakenAsAppsWriteThem(t *testing.T) {
	s := newShell(t)
	for kind, addresses := range map[string][]string{
		"native": {"app.immich:///oauth-callback"},
		"web":    {"https://app.example.com:443/cb", "https://my_app.corp.example/cb", "https://APP.example.com/a%2Fb/($')"},
	} {
		args := []string{"client", "add", "--name", "x", "--type", kind, "--json"}
		for _, address := range addresses {
			args = append(args, "--redirect-uri", address, "--post-logout-redirect-uri", address)
		}
		var added clientRow
		if s.must(args...).json(&added); strings.Join(added.RedirectURIs, " ") != strings.Join(addresses, " ") {
			t.Errorf("%s: got %q", kind, added.RedirectURIs)
		}
	}
	for _, wrong := range []string{"https:///cb", "https://app.example.com/%2e%2e/cb", "https://u@app.example.com:443/cb", "javascript:///cb", "https://127.1:443/cb"} {
		s.run("client", "add", "--name", "x", "--redirect-uri", wrong).fails(2, wrong)
	}
}

func TestAnAppIsAddedWithEachStateOfPKCE(t *testing.T) {
	s := newShell(t)
	state := func(args ...string) string {
		t.Helper()
		s.must(append([]string{"client", "add", "--name", "x", "--json"}, args...)...)
		var added clientRow
		s.json(&added)
		var shown struct {
			PKCE string
			Tick bool `json:"pkce_optional"`
		}
		text := s.must("client", "show", added.ID, "--json").out
		s.json(&shown)
		if shown.Tick != (shown.PKCE == "optional") {
			t.Errorf("%q: shown as %s and %v", args, shown.PKCE, shown.Tick)
		}
		s.stdin = strings.ReplaceAll(text, added.ID, added.ID+"-again")
		s.must("client", "add", "--from-json", "-")
		if again := s.must("client", "show", added.ID+"-again", "--json").out; again != s.stdin {
			t.Errorf("%q: what is printed is read as another app: got %s, want %s", args, again, s.stdin)
		}
		return shown.PKCE
	}
	web := []string{"--redirect-uri", "https://wiki.example.org/cb"}
	for want, args := range map[string][][]string{
		"nonce":    {web, append(web, "--pkce", "nonce"), append(web, "--type", "web")},
		"always":   {append(web, "--pkce", "always"), append(web, "--type", "spa"), append(web, "--type", "native", "--pkce", "optional")},
		"optional": {append(web, "--pkce-optional"), append(web, "--pkce", "optional"), {"--frappe", "https://erp.example.org"}},
	} {
		for _, a := range args {
			if got := state(a...); got != want {
				t.Errorf("%q: got %s, want %s", a, got, want)
			}
		}
	}
	for member, want := range map[string]string{
		``: "nonce", `, "pkce": "always"`: "always", `, "pkce": "nonce"`: "nonce", `, "pkce": "optional"`: "optional", `, "pkce_optional": true`: "optional", `, "pkce_optional": false`: "always",
	} {
		s.stdin = `{"redirect_uris": ["https://wiki.example.org/cb"], "scope": "openid"` + member + `}`
		if got := state("--from-json", "-"); got != want {
			t.Errorf("{%s}: got %s, want %s", member, got, want)
		}
	}
	s.run(append([]string{"client", "add", "--name", "x", "--pkce", "sometimes"}, web...)...).fails(2, "pkce")
	s.run(append([]string{"client", "add", "--name", "x", "--pkce", "always", "--pkce-optional"}, web...)...).fails(2, "pkce")
	s.stdin = `{"redirect_uris": ["https://wiki.example.org/cb"], "pkce": "sometimes"}`
	s.run("client", "add", "--name", "x", "--from-json", "-").fails(2, "PKCE")
}

func TestMembersThatAreNotKnownAreRefusedByName(t *testing.T) {
	s := newShell(t)
	s.stdin = `{"client_name": "Dex", "redirect_uris": ["https://dex.example.org/cb"], "id_token_claim": true, "grant_type": "authorization_code", "client_name#de": "Dex"}`
	s.run("client", "add", "--from-json", "-").fails(2, "client_name#de, grant_type, id_token_claim.")
	s.stdin = `{"client_name": "Dex", "redirect_uris": ["https://dex.example.org/cb"], "id_token_claims": "yes"}`
	s.run("client", "add", "--from-json", "-").fails(2, "id_token_claims")
	if s.must("client", "list", "--json"); strings.Contains(s.out, "Dex") {
		t.Errorf("it was added all the same: %s", s.out)
	}
}

func TestSigningKeysAreListedAndRotated(t *testing.T) {
	s := newShell(t)
	count := func(args ...string) map[string]int {
		t.Helper()
		s.must(append([]string{"signing-key"}, args...)...)
		var rows []signingKeyRow
		s.json(&rows)
		states := map[string]int{}
		for _, row := range rows {
			states[row.State]++
		}
		return states
	}
	first := count("list", "--json")
	if first["current"] == 0 || first["waiting"] != 0 {
		t.Errorf("at first: got %v", first)
	}
	if got := count("rotate", "--json"); got["waiting"] == 0 || got["current"] != first["current"] {
		t.Errorf("after a rotation: got %v", got)
	}
	if got := count("rotate", "--distrust-old", "--json"); got["waiting"] != 0 || got["current"] != first["current"] || got["retired"] != 0 {
		t.Errorf("after distrust: got %v", got)
	}
	s.must("settings", "set", "--key-days", "30")
	if !strings.Contains(s.out, "30") {
		t.Errorf("the settings do not say 30:\n%s", s.out)
	}
	s.run("settings", "set", "--key-days=-1").fails(2, "Enter 0 to turn off")
	var repeats struct {
		Seconds int `json:"refresh_seconds"`
	}
	s.must("settings", "show", "--json").json(&repeats)
	if repeats.Seconds != 10 {
		t.Errorf("a refresh can be repeated for %d seconds, want 10", repeats.Seconds)
	}
	s.must("settings", "set", "--refresh-seconds", "0", "--json").json(&repeats)
	if repeats.Seconds != 0 {
		t.Errorf("a refresh can be repeated for %d seconds, want 0", repeats.Seconds)
	}
	s.run("settings", "set", "--refresh-seconds", "61").fails(2, "1 to 60 seconds")
	var kept struct {
		All        int `json:"registered"`
		PerNetwork int `json:"registered_per_network"`
		Days       int `json:"unused_days"`
	}
	s.must("settings", "show", "--json").json(&kept)
	if kept.All != 10_000 || kept.PerNetwork != 500 || kept.Days != 90 {
		t.Errorf("at first: got %+v", kept)
	}
	s.must("settings", "set", "--registered", "20", "--registered-per-network", "5", "--unused-days", "0", "--json").json(&kept)
	if kept.All != 20 || kept.PerNetwork != 5 || kept.Days != 0 {
		t.Errorf("set: got %+v", kept)
	}
	s.run("settings", "set", "--registered", "0").fails(2, "Allow 1 to")
	var gone struct {
		Removed int `json:"removed"`
	}
	s.must("client", "prune", "--older-than", "0s", "--json").json(&gone)
	if gone.Removed != 0 {
		t.Errorf("removed %d, and there is none", gone.Removed)
	}
	s.run("client", "prune", "--older-than=-1h").fails(2, "--older-than")
}
