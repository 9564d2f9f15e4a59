package hub_test

import (
	"go/parser"
	"go/token"
	"io/fs"
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
	doorPackages  = []string{"authorize", "signin", "signout", "consent", "approve", "account", "oidc", "admin"}
	thingPackages = []string{"requests", "flows", "sessions", "users", "links", "grants", "decoupled", "tokens", "signing", "settings", "logouts", "ties", "traces", "debuts", "health"}
	toolPackages  = []string{"store", "oauth", "web", "audit", "seal", "fetch", "dpop", "mail"}
)

// imports maps every package of ours (its folder) to what it imports, tests
// left out.
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

// room is where a package under hub/ belongs: hub/oidc and hub/store/sqlite
// are in the rooms oidc and store.
func room(folder string) string {
	rest, ok := strings.CutPrefix(folder, "hub/")
	if !ok {
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
			return strings.HasPrefix(from, "hub/") && to == "hub"
		}},
		{"no door imports a door", func(from, to string) bool {
			return slices.Contains(doorPackages, room(from)) && slices.Contains(doorPackages, room(to)) && room(from) != room(to)
		}},
		{"things import no doors", func(from, to string) bool {
			return slices.Contains(thingPackages, room(from)) && slices.Contains(doorPackages, room(to))
		}},
		{"tools import no things and no doors", func(from, to string) bool {
			return slices.Contains(toolPackages, room(from)) && (slices.Contains(thingPackages, room(to)) || slices.Contains(doorPackages, room(to)))
		}},
		{"things know no pages", func(from, to string) bool {
			return slices.Contains(thingPackages, room(from)) && (to == "templates" || to == "static" || to == "hub/web")
		}},
		{"templates and static are leaves", func(from, to string) bool { return from == "templates" || from == "static" }},
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

func TestThingsSpeakNoHTTP(t *testing.T) {
	// sessions has cookies; logouts posts logout tokens; decoupled pings clients; flows and links name a status.
	speaks := []string{"sessions", "logouts", "flows", "links", "decoupled"}
	for from, all := range imports(t) {
		if !slices.Contains(thingPackages, room(from)) {
			continue
		}
		for _, imported := range all {
			if strings.Contains(imported, "gin-gonic") || imported == "html/template" {
				t.Errorf("%s imports %s", from, imported)
			}
			if imported == "net/http" && !slices.Contains(speaks, room(from)) {
				t.Errorf("%s imports net/http", from)
			}
		}
	}
}

// TestForbiddenPackages holds what must never come back: see docs/decisions.
func TestForbiddenPackages(t *testing.T) {
	for from, all := range imports(t) {
		for _, imported := range all {
			switch {
			case imported == "math/rand", imported == "math/rand/v2" && from != "hub/store":
				t.Errorf("%s imports %s: secrets come from crypto/rand", from, imported)
			case imported == "github.com/gorilla/csrf", imported == "github.com/markbates/goth/gothic":
				t.Errorf("%s imports %s", from, imported)
			case imported == "text/template" && from != "templates/letters": // letters are text
				t.Errorf("%s imports %s", from, imported)
			}
		}
	}
}

func TestEveryRoomIsOneOfTheThreeKinds(t *testing.T) {
	known := slices.Concat(doorPackages, thingPackages, toolPackages)
	for from := range imports(t) {
		if r := room(from); r != "" && !slices.Contains(known, r) {
			t.Errorf("hub/%s is neither a door, a thing nor a tool", r)
		}
	}
}
