package hubtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// A recording is a place in the code that records an event.
type recording struct {
	file     string // relative to the module
	from, to int    // its lines
	in       string // the function, with its file
}

func (r recording) String() string { return fmt.Sprintf("%s:%d", r.file, r.from) }

// reach has the recordings that the table of acts has reached: lines, and kinds
// by function.
type reach struct {
	mu    sync.Mutex
	kinds map[string]bool     // every kind that an act must record
	lines map[string][]string // file:line to kinds
}

var Reached = reach{kinds: map[string]bool{}, lines: map[string][]string{}}

func (r *reach) add(e written) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kinds[e.Kind] = true
	for _, f := range e.lines {
		if at := lineOf(f); !slices.Contains(r.lines[at], e.Kind) {
			r.lines[at] = append(r.lines[at], e.Kind)
		}
	}
}

func lineOf(f runtime.Frame) string {
	file := filepath.ToSlash(f.File)
	for _, top := range []string{"/hub/", "/clients/", "/federation/", "/cmd/"} {
		if i := strings.Index(file, top); i >= 0 {
			return file[i+1:] + ":" + strconv.Itoa(f.Line)
		}
	}
	return file
}

func (r *reach) Check(t *testing.T) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	sites, mentioned, constants := recordings(t)
	if len(sites) < 90 || len(constants) < 60 {
		t.Errorf("only %d places that record and %d kinds were found: the search for them is broken", len(sites), len(constants))
	}
	for name, kind := range constants {
		if !r.kinds[kind] {
			t.Errorf("audit.%s: no act of the table leaves %q", name, kind)
		}
	}
	seen := map[string][]string{} // function to kinds
	for _, s := range sites {
		var kinds []string
		for line := s.from; line <= s.to; line++ {
			kinds = append(kinds, r.lines[s.file+":"+strconv.Itoa(line)]...)
		}
		if len(kinds) == 0 {
			t.Errorf("%s: no act of the table gets here", s)
		}
		seen[s.in] = append(seen[s.in], kinds...)
	}
	for in, names := range mentioned {
		for _, name := range names {
			if all, found := seen[in]; found && constants[name] != "" && !slices.Contains(all, constants[name]) {
				t.Errorf("%s: no act of the table makes it record audit.%s", in, name)
			}
		}
	}
	t.Logf("%d places that record events, %d kinds", len(sites), len(constants))
}

// recordings reads the source: the places that record, the kinds that each
// function names, and the constants of the kinds.
func recordings(t *testing.T) (sites []recording, mentioned map[string][]string, constants map[string]string) {
	t.Helper()
	mentioned, constants = map[string][]string{}, map[string]string{}
	err := fs.WalkDir(os.DirFS("../../../.."), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (strings.HasPrefix(d.Name(), ".") && name != "." || d.Name() == "testdata" || d.Name() == "demo"):
			return fs.SkipDir
		case d.IsDir() || path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, filepath.Join("../../../..", name), nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		if path.Dir(name) == "hub/audit" {
			kindsIn(file, constants)
			return nil
		}
		if !slices.ContainsFunc(file.Imports, func(i *ast.ImportSpec) bool { return i.Path.Value == strconv.Quote(Module+"hub/audit") }) {
			return nil
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && !strings.EqualFold(f.Name.Name, "record") {
				in := name + " " + f.Name.Name
				sites = append(sites, recordingsIn(set, f, name, in)...)
				mentioned[in] = kindsNamed(f)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return sites, mentioned, constants
}

// kindsIn reads the constants that are kinds.
func kindsIn(file *ast.File, into map[string]string) {
	for _, d := range file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST {
			continue
		}
		for _, s := range g.Specs {
			v := s.(*ast.ValueSpec)
			for i, n := range v.Names {
				if i >= len(v.Values) || !n.IsExported() {
					continue
				}
				if lit, ok := v.Values[i].(*ast.BasicLit); ok && lit.Kind == token.STRING {
					into[n.Name], _ = strconv.Unquote(lit.Value)
				}
			}
		}
	}
}

// recordingsIn finds calls of a recorder's methods and of their helpers, which
// are named record.
func recordingsIn(set *token.FileSet, f *ast.FuncDecl, file, in string) (out []recording) {
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		method, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || !records(method) {
			return true
		}
		out = append(out, recording{file: file, from: set.Position(call.Pos()).Line, to: set.Position(call.End()).Line, in: in})
		return true
	})
	return out
}

func records(method *ast.SelectorExpr) bool {
	of, _ := method.X.(*ast.SelectorExpr)
	if by, ok := method.X.(*ast.Ident); ok && by.Name == "d" && method.Sel.Name == "Record" {
		return true // shared by all handlers of the administration
	}
	switch method.Sel.Name {
	case "Record", "Note", "Routine":
		return of != nil && strings.EqualFold(of.Sel.Name, "audit")
	}
	return method.Sel.Name == "record"
}

// kindsNamed are the constants of package audit that a function names.
func kindsNamed(f *ast.FuncDecl) (out []string) {
	ast.Inspect(f, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if of, ok := s.X.(*ast.Ident); ok && of.Name == "audit" && !slices.Contains([]string{"Actor", "Event", "Named", "Recorder"}, s.Sel.Name) {
				out = append(out, s.Sel.Name)
			}
		}
		return true
	})
	return out
}

// Module is the path of the module, with a trailing slash.
const Module = "github.com/fedhub/fedhub/"
