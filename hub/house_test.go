package hub_test

import (
	"cmp"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/fedhub/fedhub/"

var (
	servicePackages = []string{"authentication", "authrequest", "flows", "grants", "health", "logouts", "maillinks", "operator", "pending", "readiness", "selfservice", "sessions", "settings", "signing", "sitesetup", "tokens", "traces", "upstreamtokens", "users"}
	toolPackages    = []string{"store", "oauth", "audit", "seal", "fetch", "dpop", "mail"}
)

// imports maps each package of the module (its folder) to its imports, without
// those of tests.
func imports(t *testing.T) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	root := os.DirFS("..")
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (strings.HasPrefix(d.Name(), ".") && name != "." || d.Name() == "testdata"):
			return fs.SkipDir
		case d.IsDir() || path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", name), nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, i := range file.Imports {
			imported, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			out[path.Dir(name)] = append(out[path.Dir(name)], imported)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// handler reports whether a folder speaks HTTP to one kind of caller. What all
// handlers use (hub/web itself, cookies, emails, clientrequest, proof), and what all
// pages of the administration use, is none.
func handler(folder string) bool {
	shared := []string{"hub/web/cookies", "hub/web/emails", "hub/web/clientrequest", "hub/web/proof", "hub/web/admin"}
	return strings.HasPrefix(folder, "hub/web/") && !slices.Contains(shared, folder)
}

// room is where a package under hub/ belongs: hub/web/oidc and hub/store/sqlite
// are in the rooms web and store.
func room(folder string) string {
	rest, ok := strings.CutPrefix(folder, "hub/")
	if !ok || strings.HasPrefix(rest, "internal/") {
		return ""
	}
	name, _, _ := strings.Cut(rest, "/")
	return name
}

func TestImportsRunTheWayARequestRuns(t *testing.T) {
	rules := []struct {
		name  string
		wrong func(from, to string) bool // folders of ours
	}{
		{"clients and federation never import hub", func(from, to string) bool {
			below := strings.HasPrefix(from, "clients") || strings.HasPrefix(from, "federation")
			return below && (to == "hub" || strings.HasPrefix(to, "hub/"))
		}},
		{"nothing under hub/ imports package hub", func(from, to string) bool {
			return strings.HasPrefix(from, "hub/") && to == "hub" && !double(from)
		}},
		{"no handler imports a handler", func(from, to string) bool { return handler(from) && handler(to) }},
		{"services import no handlers and no pages", func(from, to string) bool {
			return slices.Contains(servicePackages, room(from)) && (room(to) == "web" || to == "templates" || to == "static")
		}},
		{"tools import no services and no handlers", func(from, to string) bool {
			return slices.Contains(toolPackages, room(from)) && (slices.Contains(servicePackages, room(to)) || room(to) == "web")
		}},
		{"who somebody is here does not depend on what they came by", func(from, to string) bool {
			return room(from) == "users" && strings.HasPrefix(to, "federation")
		}},
		{"templates and static are leaves, but for the words of the pages", func(from, to string) bool {
			return from == "static" || from == "templates" && to != "templates/locales" || from == "templates/locales" && strings.Contains(to, "/") && to != "internal/texts" && to != "internal/reader"
		}},
		{"the sample app is an ordinary client", func(from, to string) bool { return strings.HasSuffix(from, "/sampleapp") }},
		{"nobody imports cmd but cmd and e2e", func(from, to string) bool {
			return strings.HasPrefix(to, "cmd/") && !strings.HasPrefix(from, "cmd/") && from != "e2e"
		}},
	}
	for from, all := range imports(t) {
		for _, imported := range all {
			to, ours := strings.CutPrefix(imported, module)
			if !ours {
				continue
			}
			for _, rule := range rules {
				if rule.wrong(from, to) && !(from == "templates" && to == "static") {
					t.Errorf("%s: %s imports %s", rule.name, from, to)
				}
			}
		}
	}
}

func TestServicesSpeakNoHTTP(t *testing.T) {
	for from, all := range imports(t) {
		if !slices.Contains(servicePackages, room(from)) {
			continue
		}
		for _, imported := range all {
			if strings.Contains(imported, "gin-gonic") || imported == "html/template" || imported == "net/http" {
				t.Errorf("%s imports %s", from, imported)
			}
		}
	}
}

// TestForbiddenPackages holds what must never come back: see docs/decisions.
func TestForbiddenPackages(t *testing.T) {
	for from, all := range imports(t) {
		for _, imported := range all {
			switch {
			case imported == "math/rand", imported == "math/rand/v2" && from != "hub/store" && !double(from) && from != "internal/testkit": // pauses, and ports of tests
				t.Errorf("%s imports %s: secrets come from crypto/rand", from, imported)
			// A password's key and all nonces of a moment are bytes, not texts.
			case imported == "crypto/subtle" && from != "internal/secrets" && from != "hub/users/passwords" && from != "hub/dpop":
				t.Errorf("%s imports %s: compare with secrets.Same", from, imported)
			case imported == "github.com/gorilla/csrf", imported == "github.com/markbates/goth/gothic":
				t.Errorf("%s imports %s", from, imported)
			case imported == "text/template": // templates/locales puts texts into words
				t.Errorf("%s imports %s", from, imported)
			case strings.HasPrefix(imported, "github.com/go-json-experiment/json") && from != "internal/jsonx":
				t.Errorf("%s imports %s: read JSON with internal/jsonx", from, imported)
			}
		}
	}
}

// readers are the files that may use encoding/json to decode: data that the hub
// wrote, or an import by an operator, who needs the line of a mistake. Untrusted
// data goes through internal/jsonx.
var readers = []string{
	"hub/pending/ping.go", "hub/flows/stops.go", "hub/web/oidc/frappe.go", "hub/web/registering/register.go", "hub/signing/signing.go",
	"hub/upstreamtokens/upstreamtokens.go", "hub/tokens/opaque.go", "hub/tokens/tokens.go", "cmd/fedhub/internal/frappeimport/json.go",
	"cmd/fedhub/sampleapp/logout.go", // an ordinary client, see above
}

func TestJSONOfStrangersIsReadStrictly(t *testing.T) {
	for folder, files := range sources(t) {
		for _, name := range files {
			at := path.Join(folder, name)
			if strings.HasSuffix(name, "_test.go") || double(folder) || folder == "cmd/bench" || slices.Contains(readers, at) {
				continue
			}
			text, err := os.ReadFile(filepath.Join("..", at))
			if err != nil {
				t.Fatal(err)
			}
			reads := strings.Contains(string(text), "json.Unmarshal(") || strings.Contains(string(text), "json.NewDecoder(")
			if reads && folder != "internal/jsonx" {
				t.Errorf("%s reads JSON with encoding/json", at)
			}
		}
	}
}

func TestEveryRoomIsOneOfTheThreeKinds(t *testing.T) {
	known := append(slices.Concat(servicePackages, toolPackages), "web", "data") // data is package hub's own table of records
	for from := range imports(t) {
		if r := room(from); r != "" && !slices.Contains(known, r) {
			t.Errorf("hub/%s is neither handlers (hub/web), a service nor a tool", r)
		}
	}
}

// The limits of a package, without tests. The flat lists have one file for each
// page and each command.
const (
	mostFiles  = 25
	mostLines  = 2500
	medianFile = 120 // lines
	mostFloors = 8   // packages in the longest chain of imports from hub down, internal/ folders not counted
)

var flatLists = []string{"templates", "cmd/fedhub"}

// debts are the figures over a limit that the house still has. A figure may
// only fall; when it reaches its limit, its line goes.
var debts = map[string]int{}

// sizes are the numbers of lines of all production files, by folder: all lines,
// or without blank lines and comments.
func sizes(t *testing.T, count func(text string) int) map[string][]int {
	t.Helper()
	out := map[string][]int{}
	for folder, files := range sources(t) {
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			text, err := os.ReadFile(filepath.Join("..", folder, name))
			if err != nil {
				t.Fatal(err)
			}
			out[folder] = append(out[folder], count(string(text)))
		}
	}
	return out
}

// sources are the Go files of every folder, tests too.
func sources(t *testing.T) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	err := fs.WalkDir(os.DirFS(".."), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (strings.HasPrefix(d.Name(), ".") && name != "." || d.Name() == "testdata"):
			return fs.SkipDir
		case !d.IsDir() && path.Ext(name) == ".go":
			out[path.Dir(name)] = append(out[path.Dir(name)], d.Name())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func total(files []int) int {
	sum := 0
	for _, n := range files {
		sum += n
	}
	return sum
}

func allLines(text string) int { return strings.Count(text, "\n") }

func codeLines(text string) int {
	n := 0
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "//") {
			n++
		}
	}
	return n
}

// double reports whether a folder holds test doubles.
func double(folder string) bool {
	return strings.HasPrefix(folder, "internal/testkit") || strings.HasPrefix(folder, "hub/internal/") ||
		strings.HasSuffix(folder, "test") && strings.Contains(folder, "/")
}

// TestTheFiguresOfTheHouse prints the figures and checks each against its limit,
// or against the known debt.
func TestTheFiguresOfTheHouse(t *testing.T) {
	figures := map[string]int{}
	hold := func(name string, figure, limit int) {
		figures[name] = figure
		if figure > max(limit, debts[name]) {
			t.Errorf("%s: %d, at most %d", name, figure, max(limit, debts[name]))
		}
		if owed, ok := debts[name]; ok && figure < owed {
			t.Logf("%s fell from %d to %d: lower its line in debts", name, owed, figure)
		}
	}
	all, code, tests := sizes(t, allLines), sizes(t, codeLines), sources(t)
	var lines, doubles, untested int
	var every []int
	for folder, files := range all {
		sum := total(files)
		if double(folder) {
			if !strings.Contains(folder, "internal/") {
				doubles += total(code[folder])
			}
			continue
		}
		lines += total(code[folder])
		if !slices.Contains(flatLists, folder) {
			hold("files "+folder, len(files), mostFiles)
			hold("lines "+folder, sum, mostLines)
		}
		every = append(every, files...)
		rules := strings.HasPrefix(folder, "hub/") || strings.HasPrefix(folder, "clients") || strings.HasPrefix(folder, "federation") || strings.HasPrefix(folder, "internal/")
		if rules && hasFunctions(t, folder, tests[folder]) && !slices.ContainsFunc(tests[folder], func(n string) bool { return strings.HasSuffix(n, "_test.go") }) {
			untested++
			t.Logf("no tests beside %s", folder)
		}
	}
	slices.Sort(every)
	hold("median file", every[len(every)/2], medianFile)
	chain := longestChain(imports(t), "hub")
	hold("floors", len(chain), mostFloors)
	hold("packages untested", untested, 0)
	t.Logf("lines of code, doubles and tests aside: %d", lines) // it grows with what the hub can do, so nothing holds it
	t.Logf("the longest chain: %s", strings.Join(chain, " > "))
	for _, name := range slices.Sorted(maps.Keys(figures)) {
		if limit, ok := debts[name]; ok {
			t.Logf("%-24s %6d (owed %d)", name, figures[name], limit)
		}
	}
}

// hasFunctions reports whether a folder holds more than types, which have
// nothing to test.
func hasFunctions(t *testing.T, folder string, files []string) bool {
	t.Helper()
	return slices.ContainsFunc(files, func(name string) bool {
		text, err := os.ReadFile(filepath.Join("..", folder, name))
		if err != nil {
			t.Fatal(err)
		}
		return strings.Contains(string(text), "\nfunc ")
	})
}

// longestChain is the longest way down from a package, internal/ left out.
func longestChain(all map[string][]string, from string) []string {
	var deepest []string
	for _, imported := range all[from] {
		to, ours := strings.CutPrefix(imported, module)
		if !ours {
			continue
		}
		if c := longestChain(all, to); len(c) > len(deepest) {
			deepest = c
		}
	}
	if strings.Contains("/"+from, "/internal/") {
		return deepest
	}
	return append([]string{from}, deepest...)
}

// TestTopFoldersDoNotImportEachOther holds the arrows between the rooms of the
// top level to one direction.
func TestTopFoldersDoNotImportEachOther(t *testing.T) {
	arrows := map[[2]string]string{}
	top := func(folder string) string { first, _, _ := strings.Cut(folder, "/"); return first }
	for from, all := range imports(t) {
		for _, imported := range all {
			to, ours := strings.CutPrefix(imported, module)
			if ours && top(from) != top(to) && !strings.HasPrefix(from, "internal/testkit") && !strings.HasPrefix(to, "internal/testkit") {
				arrows[[2]string{top(from), top(to)}] = cmp.Or(arrows[[2]string{top(from), top(to)}], fmt.Sprintf("%s imports %s", from, to))
			}
		}
	}
	for arrow, sample := range arrows {
		if back, ok := arrows[[2]string{arrow[1], arrow[0]}]; ok && arrow[0] < arrow[1] {
			t.Errorf("%s, and %s", sample, back)
		}
	}
}

// endless are the places where work may outlive its caller without an end of
// its own.
var endless = map[string]string{
	"cmd/fedhub/serve.go": "the process itself, which ends in good order",
	"internal/lasting":    "it is what gives an end",

	"hub/mail/outbox/deliver.go": "what is being sent ends seconds after the process is told to",

	"hub/store/mongodb": "a connection that is closed",
}

// TestWhatOutlivesARequestEnds: work that continues after its request needs a
// timeout, or requests would hang while the database is down.
// context.WithoutCancel is therefore only used in WithTimeout or WithDeadline;
// package internal/lasting does so for audit events.
func TestWhatOutlivesARequestEnds(t *testing.T) {
	for folder := range imports(t) {
		if strings.HasPrefix(folder, "internal/testkit") || folder == "e2e" || double(folder) || endless[folder] != "" {
			continue
		}
		files, err := filepath.Glob(filepath.Join("..", folder, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			at := path.Join(folder, filepath.Base(name))
			if strings.HasSuffix(name, "_test.go") || endless[at] != "" {
				continue
			}
			for i, line := range strings.Split(string(text), "\n") {
				if strings.Contains(line, "context.WithoutCancel(") &&
					!strings.Contains(line, "context.WithTimeout(context.WithoutCancel(") && !strings.Contains(line, "context.WithDeadline(context.WithoutCancel(") {
					t.Errorf("%s:%d: it goes on without an end when its caller has left; use lasting.Of", at, i+1)
				}
			}
		}
	}
}

// TestLeavesStandAlone: what lies in internal/ imports nothing of ours but
// another leaf, and only tests and measurements use the doubles of testkit.
func TestLeavesStandAlone(t *testing.T) {
	for from, all := range imports(t) {
		for _, imported := range all {
			to, ours := strings.CutPrefix(imported, module)
			if !ours {
				continue
			}
			kit := strings.HasPrefix(from, "internal/testkit")
			if strings.HasPrefix(from, "internal/") && !kit && !strings.HasPrefix(to, "internal/") {
				t.Errorf("%s imports %s", from, to)
			}
			if strings.HasPrefix(to, "internal/testkit") && !kit && from != "cmd/bench" && !double(from) {
				t.Errorf("%s imports %s outside its tests", from, to)
			}
		}
	}
}
