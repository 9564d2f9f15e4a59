package hub_test

import (
	"fmt"
	"go/ast"
	"go/types"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const interfaceFile = "testdata/interface.golden"

// Programs of operators read the levels and attributes of the log, set
// environment variables and read members of JSON. These names stay when a message
// or a comment changes, so messages are not part of the list. Kinds of events are
// constants: TestStringsThatAreDataStay checks them.
func TestNamesThatProgramsReadStay(t *testing.T) {
	var found []string
	for src := range program(t) {
		if src.folder == "e2e" || strings.HasPrefix(src.folder, "templates") {
			continue
		}
		found = append(found, logCalls(src.folder, src.file)...)
		for name := range namesForPrograms(src.file) {
			found = append(found, strings.Replace(name, "json ", "json "+src.folder+" ", 1))
		}
	}
	slices.Sort(found)
	now := strings.Join(compactJSON(found), "\n") + "\n"
	if *golden {
		if err := os.WriteFile(interfaceFile, []byte(now), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	was, err := os.ReadFile(interfaceFile)
	if err != nil {
		t.Fatal(err)
	}
	gone, added := differing(string(was), now), differing(now, string(was))
	if len(gone)+len(added) > 0 {
		t.Errorf("names that programs read changed. If you decided that (or moved a function, or added a name): go test ./hub -run %s -golden, and CHANGELOG.md says it.\ngone:\n%s\nnew:\n%s",
			t.Name(), strings.Join(gone, "\n"), strings.Join(added, "\n"))
	}
}

// compactJSON keeps one line for each member and variable of a package, and
// every line of the log: two calls of one function are two.
func compactJSON(lines []string) []string {
	var out []string
	for i, line := range lines {
		if i == 0 || line != lines[i-1] || strings.HasPrefix(line, "log ") {
			out = append(out, line)
		}
	}
	return out
}

// differing are the lines of a text that the other lacks, counted.
func differing(text, other string) []string {
	left := map[string]int{}
	for line := range strings.Lines(other) {
		left[line]++
	}
	var out []string
	for line := range strings.Lines(text) {
		if left[line]--; left[line] < 0 {
			out = append(out, strings.TrimSuffix(line, "\n"))
		}
	}
	return out
}

var (
	logMethod = regexp.MustCompile(`^(Debug|Info|Warn|Error)(Context)?$|^Log(Attrs)?$`)
	logger    = regexp.MustCompile(`(?i)\blog(ger)?(\(\))?$|^slog$`)
)

// logCalls are the calls that log in a file: where, at which level, with which
// attributes.
func logCalls(folder string, file *ast.File) []string {
	var out []string
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		where := folder + " " + f.Name.Name
		if f.Recv != nil {
			where = folder + " " + strings.TrimPrefix(types.ExprString(f.Recv.List[0].Type), "*") + "." + f.Name.Name
		}
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			on, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			level, args, logs := on.Sel.Name, call.Args, logMethod.MatchString(on.Sel.Name)
			switch {
			case !logs:
				if key, ok := attribute(call); ok {
					out = append(out, fmt.Sprintf("log %s attribute: %s", where, key))
				}
				return true
			case strings.HasSuffix(level, "Context") && len(args) > 1: // any logger variable
				level, args = strings.TrimSuffix(level, "Context"), args[2:]
			case !logger.MatchString(types.ExprString(on.X)):
				return true
			case strings.HasPrefix(level, "Log") && len(args) > 2:
				level, args = types.ExprString(args[1]), args[3:]
			case len(args) > 0:
				args = args[1:]
			}
			out = append(out, fmt.Sprintf("log %s %s: %s", where, level, strings.Join(keys(f, args, call.Ellipsis.IsValid()), ", ")))
			return true
		})
	}
	return out
}

// keys are the names of attributes among arguments: every second one, or what
// slog.String and its like name.
func keys(in *ast.FuncDecl, args []ast.Expr, spread bool) []string {
	var out []string
	for i := 0; i < len(args); i++ {
		key, isLiteral := literal(args[i])
		call, isCall := args[i].(*ast.CallExpr)
		if isCall {
			key, isCall = attribute(call)
		}
		switch {
		case isCall:
		case isLiteral:
			i++ // its value
		case spread && i == len(args)-1:
			key = strings.Join(gathered(in, types.ExprString(args[i])), ", ")
		default:
			key = "(" + types.ExprString(args[i]) + ")"
		}
		out = append(out, key)
	}
	return out
}

// gathered are the keys in a list that a function puts together before it logs
// it.
func gathered(in *ast.FuncDecl, list string) []string {
	var out []string
	ast.Inspect(in, func(n ast.Node) bool {
		assign, ok := n.(*ast.AssignStmt)
		if !ok || len(assign.Lhs) != 1 || types.ExprString(assign.Lhs[0]) != list {
			return true
		}
		switch v := assign.Rhs[0].(type) {
		case *ast.CompositeLit:
			out = append(out, keys(in, v.Elts, false)...)
		case *ast.CallExpr: // append(list, …)
			out = append(out, keys(in, v.Args[1:], false)...)
		}
		return true
	})
	return out
}

// attribute is the key of slog.String("key", …) and its like.
func attribute(call *ast.CallExpr) (string, bool) {
	on, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || types.ExprString(on.X) != "slog" || len(call.Args) < 2 || !ast.IsExported(on.Sel.Name) || strings.HasPrefix(on.Sel.Name, "New") {
		return "", false
	}
	if key, ok := literal(call.Args[0]); ok {
		return key, true
	}
	return "(" + types.ExprString(call.Args[0]) + ")", true
}

var variable = regexp.MustCompile(`\bFEDHUB_[A-Z][A-Z_]*[A-Z]\b`)

// namesForPrograms are the environment variables and the members of JSON that a
// file names: in tags, and as keys of maps that become JSON.
func namesForPrograms(file *ast.File) map[string]bool {
	found := map[string]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BasicLit:
			for _, name := range variable.FindAllString(n.Value, -1) {
				found["env "+name] = true
			}
		case *ast.Field:
			if n.Tag == nil {
				return true
			}
			tag, err := strconv.Unquote(n.Tag.Value)
			if err != nil {
				return true
			}
			if name, _, _ := strings.Cut(reflect.StructTag(tag).Get("json"), ","); name != "" && name != "-" {
				found["json "+name] = true
			}
		case *ast.CompositeLit:
			if of := n.Type; of == nil || !slices.Contains([]string{"gin.H", "map[string]any", "jwt.Claims"}, types.ExprString(of)) {
				return true
			}
			for _, e := range n.Elts {
				if pair, ok := e.(*ast.KeyValueExpr); ok {
					if name, ok := literal(pair.Key); ok {
						found["json "+name] = true
					}
				}
			}
		}
		return true
	})
	return found
}
