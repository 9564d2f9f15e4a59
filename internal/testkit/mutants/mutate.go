package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// A mutation is one decision that can be broken at run time.
type mutation struct {
	number  int
	at      token.Position
	what    string
	overlay string // a constant, which cannot change at run time
}

func (m mutation) String() string {
	return fmt.Sprintf("%s:%d: %s", filepath.Base(m.at.Filename), m.at.Line, m.what)
}

// An edit inserts text at an offset of a file.
type edit struct {
	offset int
	text   string
}

type mutator struct {
	folder    string
	files     *token.FileSet
	source    []byte
	edits     []edit
	mutations []mutation
	count     int
}

// mutate writes the package with its mutations into the folder, and the overlay
// that replaces the original.
func mutate(pkg, only, folder string) ([]mutation, string, error) {
	said, err := exec.Command("go", "list", "-json=Dir,Name,GoFiles", pkg).Output()
	if err != nil {
		return nil, "", fmt.Errorf("find %s: %w", pkg, err)
	}
	var listed struct {
		Dir, Name string
		GoFiles   []string
	}
	if err := json.Unmarshal(said, &listed); err != nil {
		return nil, "", err
	}
	m := &mutator{folder: folder, files: token.NewFileSet()}
	replace := map[string]string{}
	put := func(name string, text []byte) error {
		replace[filepath.Join(listed.Dir, name)] = filepath.Join(folder, name)
		return os.WriteFile(filepath.Join(folder, name), text, 0o600)
	}
	for _, name := range listed.GoFiles {
		if !strings.Contains(name, only) {
			continue
		}
		text, err := m.file(filepath.Join(listed.Dir, name))
		if err == nil {
			err = put(name, text)
		}
		if err != nil {
			return nil, "", err
		}
	}
	if err := put("zz_mutant_switch.go", fmt.Appendf(nil, inside, listed.Name)); err != nil {
		return nil, "", err
	}
	overlay := filepath.Join(folder, "overlay.json")
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return nil, "", err
	}
	return m.mutations, overlay, os.WriteFile(overlay, text, 0o600)
}

// inside is added to the package: it selects the active mutation and records
// which were reached.
const inside = `package %s

import (
	"os"
	"strconv"
	"sync"
)

var (
	mutantChosen, _ = strconv.Atoi(os.Getenv("MUTANT"))
	mutantLog       = os.Getenv("MUTANTS_SEEN")
	mutantSeen      sync.Map
)

func mutantOn(n int) bool {
	if mutantLog != "" {
		if _, known := mutantSeen.LoadOrStore(n, true); !known {
			if f, err := os.OpenFile(mutantLog, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600); err == nil {
				f.WriteString(strconv.Itoa(n) + "\n")
				f.Close()
			}
		}
	}
	return n == mutantChosen
}
`

func (m *mutator) file(path string) ([]byte, error) {
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	parsed, err := parser.ParseFile(m.files, path, source, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	m.source, m.edits = source, nil
	ast.Inspect(parsed, func(n ast.Node) bool {
		m.node(n)
		return true
	})
	// Text before an expression goes from outside in, text after it from inside
	// out.
	slices.SortStableFunc(m.edits, func(a, b edit) int { return cmp.Compare(a.offset, b.offset) })
	var out bytes.Buffer
	at := 0
	for _, e := range m.edits {
		out.Write(source[at:e.offset])
		out.WriteString(e.text)
		at = e.offset
	}
	out.Write(source[at:])
	return out.Bytes(), nil
}

// node mutates decisions: conditions, their operands, and calls without a used
// result.
func (m *mutator) node(n ast.Node) {
	switch n := n.(type) {
	case *ast.IfStmt:
		m.condition(n.Cond)
	case *ast.SwitchStmt:
		if n.Tag != nil {
			return
		}
		for _, clause := range n.Body.List {
			for _, expr := range clause.(*ast.CaseClause).List {
				m.condition(expr)
			}
		}
	case *ast.BinaryExpr:
		for _, side := range []ast.Expr{n.X, n.Y} {
			switch n.Op {
			case token.LAND:
				m.wrap(side, "(mutantOn(%d) || (", "))", "left out of &&")
			case token.LOR:
				m.wrap(side, "(!mutantOn(%d) && (", "))", "left out of ||")
			}
		}
	case *ast.GenDecl:
		if n.Tok == token.CONST {
			m.constants(n)
		}
	case *ast.ExprStmt:
		if call, ok := n.X.(*ast.CallExpr); ok && counts(call) {
			m.wrap(n.X, "if !mutantOn(%d) { ", " }", "not called")
		}
	}
}

func (m *mutator) condition(cond ast.Expr) {
	m.wrap(cond, "(!mutantOn(%d) && (", "))", "never")
	if text := m.text(cond); !strings.HasSuffix(text, "err != nil") {
		m.wrap(cond, "(mutantOn(%d) || (", "))", "always")
	}
}

// constants multiplies every number by fifty, each in a copy of the file.
func (m *mutator) constants(decl *ast.GenDecl) {
	for _, spec := range decl.Specs {
		for _, value := range spec.(*ast.ValueSpec).Values {
			text := m.text(value)
			if strings.ContainsAny(text, "\"'`") || !strings.ContainsAny(text, "123456789") && !strings.Contains(text, "time.") || strings.Contains(text, "iota") {
				continue
			}
			m.count++
			at := m.files.Position(value.Pos())
			end := m.files.Position(value.End()).Offset
			changed := slices.Concat(m.source[:at.Offset], []byte("50 * ("+text+")"), m.source[end:])
			name := filepath.Join(m.folder, fmt.Sprintf("constant%d", m.count))
			overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{at.Filename: name + ".go"}})
			if err == nil {
				err = errors.Join(os.WriteFile(name+".go", changed, 0o600), os.WriteFile(name+".json", overlay, 0o600))
			}
			if err == nil {
				m.mutations = append(m.mutations, mutation{m.count, at, "fifty times: " + text, name + ".json"})
			}
		}
	}
}

// counts excludes calls without an effect worth a test, and those whose loss
// stops the program.
func counts(call *ast.CallExpr) bool {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name != "panic"
	case *ast.SelectorExpr:
		return !slices.Contains([]string{"Lock", "Unlock", "RLock", "RUnlock", "Debug", "Info", "Warn", "Error", "DebugContext", "InfoContext", "WarnContext", "ErrorContext"}, f.Sel.Name)
	}
	return false
}

func (m *mutator) text(n ast.Node) string {
	return string(m.source[m.files.Position(n.Pos()).Offset:m.files.Position(n.End()).Offset])
}

func (m *mutator) wrap(n ast.Node, before, behind, what string) {
	m.count++
	at := m.files.Position(n.Pos())
	text := strings.Join(strings.Fields(m.text(n)), " ")
	m.mutations = append(m.mutations, mutation{m.count, at, fmt.Sprintf("%s: %.120s", what, text), ""})
	m.edits = append(m.edits, edit{offset: at.Offset, text: fmt.Sprintf(before, m.count)})
	// After an expression, inner edits come later and must stand first.
	end := edit{offset: m.files.Position(n.End()).Offset, text: behind}
	i := slices.IndexFunc(m.edits, func(e edit) bool { return e.offset == end.offset && e.text == behind })
	if i < 0 {
		i = len(m.edits)
	}
	m.edits = slices.Insert(m.edits, i, end)
}
