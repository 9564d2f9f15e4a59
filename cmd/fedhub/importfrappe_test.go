package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/fedhub/fedhub/cmd/fedhub/internal/database"
	"github.com/fedhub/fedhub/cmd/fedhub/internal/frappeimport"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/internal/testkit/mongodtest"
)

const (
	exported   = "internal/frappeimport/testdata/"
	branch     = "3k9v2m1q0a" // a client of the export, with the secret it has
	branchKey  = "5f1c09ab7e"
	branchBack = "https://branch.example.com/api/method/frappe.integrations.oauth2_logins.login_via_frappe"
	ashaSub    = "b22b87fd8ac6c19a6ed4ffd686a6130f5972367"
)

// A site is imported completely. Then a user signs in to another site with the old
// password, and that site receives the old subject.
func TestAFrappePrimaryIsReplaced(t *testing.T) {
	for name, row := range map[string]struct {
		files string
		more  func(t *testing.T) map[string]string
	}{
		"json into sqlite": {"json", func(*testing.T) map[string]string { return nil }},
		"csv into mongodb": {"csv", func(t *testing.T) map[string]string {
			return map[string]string{"FEDHUB_DATABASE": mongodtest.URI(t), "FEDHUB_SECRET_KEY": goodKey}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s := serveWith(t, "http", row.more(t))
			command := []string{"import", "frappe", exported + row.files, "--base-url", "https://erp.example.com", "--skip-authorization", "--json"}
			var r frappeimport.Report
			s.must(command...).json(&r)
			sums(t, "dry run", r, map[frappeimport.Outcome]int{"created": 15, "updated": 1, "unchanged": 1, "skipped": 3, "needs attention": 2})
			var all []userRow
			s.must("user", "list", "--json").json(&all)
			if !r.DryRun || len(all) != 0 {
				t.Fatalf("a dry run made %d people", len(all))
			}
			r = frappeimport.Report{}
			s.must(append(command, "--apply")...).json(&r)
			sums(t, "import", r, map[frappeimport.Outcome]int{"created": 15, "updated": 1, "unchanged": 1, "skipped": 3, "needs attention": 2})
			if before := stored(t, s.shell, "users", ashaSub); !strings.Contains(before, "$pbkdf2-sha256$") {
				t.Errorf("the hash was not taken over: %s", before)
			}

			info := s.visitSite("Asha@example.com", "mango lassi")
			for claim, want := range map[string]any{"sub": ashaSub, "email": "asha@example.com", "name": "Asha Rao", "given_name": "Asha", "picture": "https://img.example.com/asha.png"} {
				if info[claim] != want {
					t.Errorf("%s: got %v, want %v", claim, info[claim], want)
				}
			}
			if after := stored(t, s.shell, "users", ashaSub); strings.Contains(after, "pbkdf2") || !strings.Contains(after, "$argon2id$") {
				t.Errorf("the hash was not replaced: %s", after)
			}
			again := frappeimport.Report{}
			s.must(append(command, "--apply")...).json(&again)
			sums(t, "second import", again, map[frappeimport.Outcome]int{"unchanged": 17, "skipped": 3, "needs attention": 2})
			s.must("user", "list", "--json").json(&all)
			nobodyRules(t, all)
		})
	}
}

func sums(t *testing.T, what string, r frappeimport.Report, want map[frappeimport.Outcome]int) {
	t.Helper()
	for _, outcome := range frappeimport.Outcomes() {
		if r.Summary[outcome] != want[outcome] {
			t.Errorf("%s: %d %s, want %d", what, r.Summary[outcome], outcome, want[outcome])
		}
	}
	if text, err := json.Marshal(r); err != nil || strings.Contains(string(text), branchKey) || strings.Contains(string(text), "$pbkdf2") {
		t.Errorf("%s: a secret is in the report (%v)", what, err)
	}
}

// nobodyRules checks that neither a System Manager of the site nor a user with a
// role called admin is an administrator here.
func nobodyRules(t *testing.T, all []userRow) {
	t.Helper()
	if len(all) != 9 {
		t.Errorf("%d people, want 9", len(all))
	}
	for _, u := range all {
		if slices.Contains(u.Roles, "admin") || u.Verified {
			t.Errorf("%s: roles %q, verified %v", u.Email, u.Roles, u.Verified)
		}
		if u.Disabled != (u.Email == "omar@example.com") {
			t.Errorf("%s: disabled is %v", u.Email, u.Disabled)
		}
	}
}

// stored is a record as it is in the database.
func stored(t *testing.T, s *shell, set, id string) string {
	t.Helper()
	db, err := database.Open(t.Context(), s.env["FEDHUB_DATABASE"])
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(t.Context()) //nolint:errcheck // it was only read
	if err := db.Prepare(t.Context(), []store.CollectionSpec{{Name: set}}); err != nil {
		t.Fatal(err)
	}
	r, err := db.Get(t.Context(), set, id)
	if err != nil {
		t.Fatal(err)
	}
	return r.Doc.String()
}

// visitSite signs a user in to the imported site, as a browser and the site do, and
// returns the claims that the site receives.
func (s *served) visitSite(email, password string) map[string]any {
	s.Helper()
	method := s.URL + "/api/method/frappe.integrations.oauth2."
	jar, _ := cookiejar.New(nil)
	browser := &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if r.URL.Host == "branch.example.com" {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	page, err := browser.Get(method + "authorize?redirect_uri=" + url.QueryEscape(branchBack) + "&state=opaque&response_type=code&scope=openid&client_id=" + branch)
	if err != nil {
		s.Fatal(err)
	}
	form := formOf(s.T, page)
	form.Set("email", email)
	form.Set("password", password)
	answer, err := browser.PostForm(s.URL+"/signin", form)
	if err != nil {
		s.Fatal(err)
	}
	answer.Body.Close() //nolint:errcheck // it was only asked for its address
	to, err := answer.Location()
	if err != nil || to.Query().Get("code") == "" {
		s.Fatalf("%s did not come to the site: %d %v", email, answer.StatusCode, to)
	}
	tokens := s.answers(http.NewRequest(http.MethodPost, method+"get_token", strings.NewReader(url.Values{
		"code": {to.Query().Get("code")}, "redirect_uri": {branchBack}, "grant_type": {"authorization_code"}, "client_id": {branch}, "client_secret": {branchKey},
	}.Encode())))
	access, _ := tokens["access_token"].(string)
	request, err := http.NewRequest(http.MethodGet, method+"openid_profile", nil)
	if err == nil {
		request.Header.Set("Authorization", "Bearer "+access)
	}
	return s.answers(request, err)
}

func (s *served) answers(request *http.Request, err error) map[string]any {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
	if request.Method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := http.DefaultClient.Do(request)
	if err != nil {
		s.Fatal(err)
	}
	defer resp.Body.Close() //nolint:errcheck // it was only read
	var answer map[string]any
	body, _ := io.ReadAll(resp.Body)
	if err := json.Unmarshal(body, &answer); err != nil || resp.StatusCode != http.StatusOK {
		s.Fatalf("%s: %d %s\n%s", request.URL.Path, resp.StatusCode, body, s.log)
	}
	return answer
}

// formOf are the hidden fields of a page's sign-in form.
func formOf(t *testing.T, page *http.Response) url.Values {
	t.Helper()
	defer page.Body.Close() //nolint:errcheck // it was only read
	root, err := html.Parse(page.Body)
	if err != nil {
		t.Fatal(err)
	}
	attribute := func(n *html.Node, name string) string {
		at := slices.IndexFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
		if at < 0 {
			return ""
		}
		return n.Attr[at].Val
	}
	for n := range root.Descendants() {
		if n.Data != "form" || attribute(n, "action") != "/signin" {
			continue
		}
		fields := url.Values{}
		for input := range n.Descendants() {
			if input.Data == "input" && attribute(input, "type") == "hidden" {
				fields.Set(attribute(input, "name"), attribute(input, "value"))
			}
		}
		return fields
	}
	t.Fatalf("no sign-in form at %s", page.Request.URL)
	return nil
}

// If one file cannot be read, nothing is imported, from the other files neither.
func TestABrokenExportChangesNothing(t *testing.T) {
	good, err := os.ReadFile(exported + "json/users.json")
	if err != nil {
		t.Fatal(err)
	}
	for name, row := range map[string]struct{ file, text, says string }{
		"half a file":       {"clients.json", `[{"doctype": "OAuth Client", "name": "x"`, "clients.json: is not valid JSON"},
		"no document":       {"clients.json", `[["a", "b"]]`, "clients.json, row 1: is not a document; run the query with as_dict=1"},
		"no headings":       {"more.csv", "a,b\n1,2\n", "more.csv, row 1: has no headings that identify"},
		"an open quote":     {"more.csv", "\"ID\",\"Email\"\n\"a", "more.csv"},
		"nothing":           {"more.csv", " \n", "more.csv: is empty"},
		"another encoding":  {"more.csv", "\"ID\",\"Email\"\n\"a\xff\",\"b\"\n", "more.csv: is not UTF-8"},
		"two that disagree": {"more.csv", "ID,Email,Enabled\nasha@example.com,other@example.com,1\n", "has another value for the field email"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			for file, text := range map[string]string{"a.json": string(good), row.file: row.text} {
				if err := os.WriteFile(filepath.Join(folder, file), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			s := newShell(t)
			s.run("import", "frappe", folder, "--apply").fails(2, "nothing was imported", row.says)
			s.must("user", "list", "--json")
			if strings.TrimSpace(s.out) != "[]" {
				t.Errorf("there are people: %s", s.out)
			}
		})
	}
	s := newShell(t)
	s.run("import", "frappe", "/nowhere").fails(2, "/nowhere: cannot be read")
	s.run("import", "frappe", exported+"json", "--base-url", "erp.example.com").fails(2, "--base-url")
	s.run("import", "frappe", exported+"json", "--apply", "--dry-run").fails(2, "can't be used together")
}

// An export with the email address of an existing user does not change the account
// or its password.
func TestAnImportTakesOverNobody(t *testing.T) {
	s := newShell(t)
	s.stdin = password
	s.must("user", "add", "--email", "Asha@example.com", "--role", "admin", "--password-stdin", "--json")
	var asha userRow
	s.json(&asha)
	before := stored(t, s, "users", asha.ID)
	report := filepath.Join(t.TempDir(), "report.json")
	s.must("import", "frappe", exported+"json", "--apply", "--report", report)
	for _, says := range []string{"User asha@example.com: needs attention", "already has this email address", asha.ID} {
		if !strings.Contains(s.out, says) {
			t.Errorf("it does not say %q:\n%s", says, s.out)
		}
	}
	if after := stored(t, s, "users", asha.ID); after != before {
		t.Errorf("the account was changed:\n%s\n%s", before, after)
	}
	info, err := os.Stat(report)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the report: %v, %v", info, err)
	}
}

func TestSystemManagersRuleOnlyWhenAskedFor(t *testing.T) {
	s := newShell(t)
	s.must("import", "frappe", exported+"json", "--apply", "--admins", "--trust-emails")
	var all []userRow
	s.must("user", "list", "--json").json(&all)
	for _, u := range all {
		if slices.Contains(u.Roles, "admin") != (u.Email == "ravi@example.com") || !u.Verified {
			t.Errorf("%s: roles %q, verified %v", u.Email, u.Roles, u.Verified)
		}
	}
}

func TestWhatChangedAtTheSiteIsTakenOverAndWhatChangedHereStays(t *testing.T) {
	s, folder := newShell(t), t.TempDir()
	export := func(edit func(string) string) {
		t.Helper()
		for _, file := range []string{"users.json", "clients.json", "passwords.json"} {
			text, err := os.ReadFile(exported + "json/" + file)
			if err == nil {
				err = os.WriteFile(filepath.Join(folder, file), []byte(edit(string(text))), 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	export(func(text string) string { return text })
	s.must("import", "frappe", folder, "--apply")
	s.must("user", "roles", "mei@example.com", "--role", "Chosen here")
	export(strings.NewReplacer("Rao", "Menon", "Lin\"", "Wang\"", "Branch ERP", "Branch Two").Replace)
	var r frappeimport.Report
	s.must("import", "frappe", folder, "--apply", "--json").json(&r)
	for _, one := range r.Records {
		want := frappeimport.Unchanged
		switch one.Name {
		case "asha@example.com", "Branch Two":
			want = frappeimport.Updated
		case "mei@example.com", "Administrator", "Guest":
			want = frappeimport.Skipped
		case "Old Portal", "old@example.com": // the hash cannot be checked
			want = frappeimport.Unclear
		}
		if one.Outcome != want {
			t.Errorf("%s: got %s (%s), want %s", one.Name, one.Outcome, one.Reason, want)
		}
	}
	s.must("user", "list")
	if !strings.Contains(s.out, "Asha Menon") || strings.Contains(s.out, "Wang") {
		t.Errorf("got\n%s", s.out)
	}
}

// An export without secrets is easily overlooked, and sign-ins to its applications
// would fail.
func TestAnExportWithoutSecretsAsksBeforeItWrites(t *testing.T) {
	folder := t.TempDir()
	export := "ID,App Name (Client Name),Scopes,Redirect URIs,Grant Type,Response Type,Colour\nabc,Payroll,all openid,https://pay.example.com/cb,Authorization Code,Code,green\n"
	if err := os.WriteFile(filepath.Join(folder, "clients.csv"), []byte(export), 0o600); err != nil {
		t.Fatal(err)
	}
	s := newShell(t)
	s.must("import", "frappe", folder)
	if !strings.Contains(s.out, "Columns of clients.csv that were not read: Colour.") {
		t.Errorf("it does not say what was not read:\n%s", s.out)
	}
	for _, answer := range []string{"", "no\n"} {
		s.stdin = answer
		s.run("import", "frappe", folder, "--apply")
		for _, says := range []string{"no secrets for these applications: Payroll", "nothing was imported", "--without-secrets"} {
			if s.code != 2 || !strings.Contains(s.err, says) {
				t.Errorf("it does not say %q: %d, %s", says, s.code, s.err)
			}
		}
		if s.must("client", "list"); strings.Contains(s.out, "Payroll") {
			t.Fatalf("it was imported after the answer %q", answer)
		}
	}
	s.stdin = "yes\n"
	s.must("import", "frappe", folder, "--apply")
	if s.must("client", "list"); !strings.Contains(s.out, "Payroll") {
		t.Errorf("it was not imported:\n%s", s.out)
	}
	s.stdin = ""
	s.must("import", "frappe", folder, "--apply") // it is here already

	other := newShell(t)
	other.must("import", "frappe", folder, "--apply", "--without-secrets")
}
