package frappeimport

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/sqlite"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/passwords"
	"github.com/fedhub/fedhub/internal/testkit/signingtest"
)

// A house is an empty hub.
type house struct {
	*testing.T
	*hub.Hub
	db store.Backend
}

func newHouse(t *testing.T) *house {
	t.Helper()
	db, err := sqlite.Open(filepath.Join(t.TempDir(), "hub.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close(context.Background()) }) //nolint:errcheck // the test is over
	h, err := hub.New(t.Context(), hub.Config{
		URL: "https://id.example.org", SecretKey: bytes.Repeat([]byte{7}, 32), Hash: passwords.HashParams{Memory: 64, Time: 1, Threads: 1},
		NewRSA: signingtest.RSA, Log: slog.New(slog.DiscardHandler),
	}, db)
	if err != nil {
		t.Fatal(err)
	}
	return &house{t, h, db}
}

// plan reads the files that are written here, or the JSON ones of the site.
func (h *house) plan(files map[string]string) *Plan {
	h.Helper()
	return h.planned(files, Options{Site: "https://erp.example.com"})
}

func (h *house) planned(files map[string]string, o Options) *Plan {
	h.Helper()
	e, err := Read([]string{"testdata/json"})
	if files != nil {
		e, err = export(h.T, files)
	}
	if err != nil {
		h.Fatal(err)
	}
	p, err := Make(h.Context(), h.Service, h.LoginKeyService, e, o, nil)
	if err != nil {
		h.Fatal(err)
	}
	return p
}

func (h *house) carry(p *Plan) Report {
	h.Helper()
	if err := p.Carry(h.Context(), audit.Named("test"), nil); err != nil {
		h.Fatal(err)
	}
	return p.Report
}

func (r Report) of(name string) Record {
	at := slices.IndexFunc(r.Records, func(one Record) bool { return one.Name == name })
	if at < 0 {
		return Record{}
	}
	return r.Records[at]
}

// If the database fails at any point, running the import again does the rest, and
// nothing twice.
func TestAnImportThatWasCutOffIsFinishedByTheNext(t *testing.T) {
	h := newHouse(t)
	steps := len(h.plan(nil).steps)
	for broken := 0; broken < steps; broken += 4 {
		p := h.plan(nil)
		if len(p.steps) == 0 {
			break
		}
		at := min(3, len(p.steps)-1)
		p.steps[at].do = func(context.Context, audit.Actor) error { return errors.New("the database has gone") }
		if err := p.Carry(t.Context(), audit.Named("test"), nil); err == nil {
			t.Fatal("nothing is said of it")
		}
		if p.Report.Summary[Failed] != len(p.steps)-at {
			t.Errorf("%d failed, want %d", p.Report.Summary[Failed], len(p.steps)-at)
		}
	}
	h.carry(h.plan(nil))
	if last := h.plan(nil); len(last.steps) != 0 || last.Report.Summary[Unchanged] != 17 {
		t.Errorf("%d steps are left: %v", len(last.steps), last.Report.Summary)
	}
	all, err := h.Users(t.Context(), "", 100)
	if err != nil || len(all) != 9 {
		t.Errorf("%d people, %v", len(all), err)
	}
}

func TestAnImportIsInTheAuditLog(t *testing.T) {
	h := newHouse(t)
	h.carry(h.plan(nil))
	found, err := h.db.Find(t.Context(), "audit", store.Query{Now: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, r := range found {
		kind, _ := r.Doc.Lookup("kind").StringValueOK()
		count[kind]++
		if strings.Contains(r.Doc.String(), "5f1c09ab7e") || strings.Contains(r.Doc.String(), "pbkdf2") {
			t.Errorf("a secret is on record: %s", r.Doc)
		}
	}
	for kind, want := range map[string]int{"user.added": 9, "client.added": 3, "loginkey.added": 3, "settings.saved": 1, "link.made": 1, "import.done": 1} {
		if count[kind] != want {
			t.Errorf("%s: %d, want %d", kind, count[kind], want)
		}
	}
}

const subs = "parent,provider,userid\n"

func TestWhoIsTwiceInAnExportIsNotTakenOver(t *testing.T) {
	h := newHouse(t)
	const one, two, three = "a1a1a1a1a1a1a1a1a1a1", "b2b2b2b2b2b2b2b2b2b2", "c3c3c3c3c3c3c3c3c3c3"
	r := h.carry(h.plan(map[string]string{
		"users.csv":   "ID,Email,Enabled\na@example.com,a@example.com,1\nb@example.com,b@example.com,1\nc@example.com,C@EXAMPLE.com,1\nother,c@example.com,1\nd@example.com,d@example.com,1\n",
		"logins.csv":  subs + "a@example.com,frappe," + one + "\nb@example.com,frappe," + one + "\nc@example.com,frappe," + two + "\nother,frappe," + three + "\nd@example.com,frappe,e5e5e5e5e5e5e5e5e5e5\n",
		"clients.csv": "ID,App Name,Redirect URIs,App Client Secret\ne5e5e5e5e5e5e5e5e5e5,App,https://a.example.com/cb,0123456789abcdef\n",
	}))
	for name, says := range map[string]string{
		"a@example.com": "same subject (userid) as b@example.com", "b@example.com": "same subject (userid) as a@example.com",
		"c@example.com": "same email address as other", "other": "same email address as c@example.com",
		"d@example.com": "the client ID of an application",
	} {
		if one := r.of(name); one.Outcome != Unclear || !strings.Contains(one.Reason, says) || len(one.Next) == 0 {
			t.Errorf("%s: got %s (%s)", name, one.Outcome, one.Reason)
		}
	}
}

// An identity is not linked if several users have it, if another user has it here,
// or if the user is an administrator here.
func TestConnectionsAreTakenOverOnlyWhereTheyAreSure(t *testing.T) {
	h := newHouse(t)
	if _, err := h.KeepLoginKey(t.Context(), audit.Named("test"), federation.LoginKey{ID: "google", Preset: "google", Kind: federation.KindOpenID, Name: "Google", BaseURL: "https://accounts.google.com"}, ""); err != nil {
		t.Fatal(err)
	}
	files := map[string]string{
		"users.csv":  "ID,Email,Enabled\na@example.com,a@example.com,1\nb@example.com,b@example.com,1\nc@example.com,c@example.com,1\n",
		"logins.csv": subs + "a@example.com,google,1111111111\nb@example.com,google,2222222222\nc@example.com,google,2222222222\n",
	}
	r := h.carry(h.plan(files))
	linked := func(name string) int {
		t.Helper()
		u, err := h.FindUser(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		all, err := h.Identities(t.Context(), u.ID)
		if err != nil {
			t.Fatal(err)
		}
		return len(all)
	}
	if linked("a@example.com") != 1 || linked("b@example.com") != 0 || linked("c@example.com") != 0 {
		t.Errorf("linked: %d, %d, %d: %+v", linked("a@example.com"), linked("b@example.com"), linked("c@example.com"), r.Records)
	}
	// An identity that was unlinked here is not linked again.
	a, err := h.FindUser(t.Context(), "a@example.com")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.SetRoles(t.Context(), audit.Named("test"), a.ID, []string{"Chosen"}); err != nil {
		t.Fatal(err)
	}
	files["logins.csv"] = subs + "a@example.com,google,1111111111\nb@example.com,google,1111111111\n"
	delete(files, "users.csv")
	files["users.json"] = `[{"doctype": "User", "name": "b@example.com", "enabled": 1}]`
	if r = h.carry(h.plan(files)); linked("b@example.com") != 0 || !strings.Contains(strings.Join(r.of("b@example.com").Notes, " "), "linked to another user") {
		t.Errorf("got %+v", r.of("b@example.com"))
	}
}

// Newer sites require the role Desk User by default. The same users may use the
// application after the import.
func TestDeskUsersGoOnUsingWhatIsForDeskUsers(t *testing.T) {
	h := newHouse(t)
	h.carry(h.plan(nil))
	for email, want := range map[string]bool{"asha@example.com": true, "client@customer.example": false} {
		u, err := h.FindUser(t.Context(), email)
		c, cerr := h.Client(t.Context(), "7d5r8s4t2u")
		if err != nil || cerr != nil || c.Admits(u.Roles) != want {
			t.Errorf("%s: roles %q, of %q, %v, %v", email, u.Roles, c.AllowedRoles, err, cerr)
		}
	}
}

// An export without child tables, like lists of the REST API, changes no subject
// without the flag and removes no roles.
func TestWhatAnExportDoesNotSayIsNotTakenForNothing(t *testing.T) {
	h := newHouse(t)
	h.carry(h.plan(nil))
	before, err := h.FindUser(t.Context(), "asha@example.com")
	if err != nil {
		t.Fatal(err)
	}
	const list = `{"data": [{"name": "asha@example.com", "email": "asha@example.com", "enabled": 1, "first_name": "Asha", "full_name": "Asha Menon"}]}`
	if one := h.plan(map[string]string{"users.json": list}).Report.of("asha@example.com"); one.Outcome != Unclear || !strings.Contains(one.Reason, "Social Logins") {
		t.Errorf("got %+v", one)
	}
	h.carry(h.plan(map[string]string{"users.json": list, "logins.csv": subs + "asha@example.com,frappe," + before.ID + "\n"}))
	after, err := h.Users(t.Context(), "", 100)
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(after, func(u users.User) bool { return u.ID == before.ID })
	if after[at].Name != "Asha Menon" || !slices.Equal(after[at].Roles, before.Roles) {
		t.Errorf("got %+v", after[at])
	}
	other := newHouse(t)
	e, err := export(t, map[string]string{"users.json": list})
	if err != nil {
		t.Fatal(err)
	}
	p, err := Make(t.Context(), other.Service, other.LoginKeyService, e, Options{NewSubjects: true}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if one := other.carry(p).of("asha@example.com"); one.Outcome != Created || one.ID == before.ID {
		t.Errorf("got %+v", one)
	}
}

// A user who was disabled on the site since the last import is signed out here.
func TestWhoIsSwitchedOffAtTheSiteIsSwitchedOffHere(t *testing.T) {
	h := newHouse(t)
	files := map[string]string{"users.csv": "ID,Email,Enabled,User ID (Social Logins)\na@example.com,a@example.com,1,\n"}
	h.carry(h.plan(files))
	before, err := h.FindUser(t.Context(), "a@example.com")
	if err != nil {
		t.Fatal(err)
	}
	files["users.csv"] = strings.Replace(files["users.csv"], ",1,", ",0,", 1)
	r := h.carry(h.plan(files))
	after, err := h.FindUser(t.Context(), "a@example.com")
	if err != nil || r.of("a@example.com").Outcome != Updated || !after.Disabled || after.SessionGeneration <= before.SessionGeneration {
		t.Errorf("got %+v, %v", after, err)
	}
}

// An export without Allowed Roles does not open a restricted application to all.
func TestAnExportWithoutAllowedRolesOpensNothing(t *testing.T) {
	h := newHouse(t)
	head, row := "ID,App Name,Redirect URIs,App Client Secret", "3k9v2m1q0a,App,https://a.example.com/cb,0123456789abcdef"
	h.carry(h.plan(map[string]string{"clients.csv": head + ",Role (Allowed Roles)\n" + row + ",Boss\n"}))
	if one := h.plan(map[string]string{"clients.csv": head + "\n" + row + "\n"}).Report.of("App"); one.Outcome != Unchanged {
		t.Errorf("got %+v", one)
	}
	other := newHouse(t).plan(map[string]string{"clients.csv": head + "\n" + row + "\n"}).Report.of("App")
	if other.Outcome != Created || !strings.Contains(strings.Join(other.Notes, " "), "all users may") {
		t.Errorf("got %+v", other)
	}
}

// Applications with Skip Authorization on the site ask for consent here, unless the
// import has the flag or it is set here already.
func TestSkipAuthorizationIsTakenOverOnlyWhenAskedFor(t *testing.T) {
	h := newHouse(t)
	files := func(name string) map[string]string {
		return map[string]string{"clients.csv": "ID,App Name,Redirect URIs,App Client Secret,Skip Authorization,Role (Allowed Roles)\n" +
			"3k9v2m1q0a," + name + ",https://a.example.com/cb,0123456789abcdef,1,Boss\n" +
			"7t2m1q0a3k,Other,https://b.example.com/cb,0123456789abcdef,0,Boss\n"}
	}
	skips := func() bool {
		t.Helper()
		c, err := h.Client(t.Context(), "3k9v2m1q0a")
		if err != nil {
			t.Fatal(err)
		}
		return c.SkipAuthorization
	}
	named := func(r Report) bool {
		t.Helper()
		notes := strings.Join(r.Notes, " ")
		if strings.Contains(notes, "Other") {
			t.Errorf("one that asks at the site too is named: %s", notes)
		}
		return strings.Contains(notes, "App (3k9v2m1q0a)") && strings.Contains(notes, "--skip-authorization")
	}

	if r := h.carry(h.plan(files("App"))); skips() || !named(r) || !strings.Contains(strings.Join(r.of("App").Notes, " "), "asked for consent here") {
		t.Errorf("it asks nobody (%v), and the report says %q and %q", skips(), r.Notes, r.of("App").Notes)
	}
	if r := h.plan(files("App")).Report; r.of("App").Outcome != Unchanged || !named(r) {
		t.Errorf("the second time: %+v, %q", r.of("App"), r.Notes)
	}
	asked := Options{Site: "https://erp.example.com", SkipAuthorization: true}
	if r := h.carry(h.planned(files("App"), asked)); !skips() || named(r) {
		t.Errorf("asked for, and it asks people (%v): %q", !skips(), r.Notes)
	}
	if r := h.carry(h.plan(files("App"))); !skips() || named(r) || r.of("App").Outcome != Unchanged {
		t.Errorf("an import without the flag undid it (%v): %q", !skips(), r.Notes)
	}
}
