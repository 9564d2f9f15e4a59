package hub_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/templates"
)

// givers are the functions that take a code, by their name in the code (limited
// to one folder if given), with the position of the code in the arguments. Pairs
// of a name and a value follow it.
var givers = map[string]int{"texts.New": 0, "texts.Err": 0, "forms.New": 1, "Add": 1, "texts.Failure": 1,
	"locales.Say": 0, "jwt.Flaw": 0, "internal/jwt.Flaw": 0, "hub/grants.misuse": 2, "hub/web/oidc.invalid": 0, "hub/oauth.bad": 1,
	"hub/users/linking.pass": 0, "hub/users/linking.refuse": 0, "hub/users/linking.about": 2,
}

// A rule gives a code and arguments, a page makes a sentence of them. Here they
// are held against each other: each code that is given has a sentence, each
// sentence is given by some rule, and it speaks of arguments that are there.
func TestEveryCodeHasASentence(t *testing.T) {
	known := templates.SentenceArgs()
	used := map[string]bool{}
	refusals := oauthErrors(t)
	for src := range program(t) {
		forms := slices.ContainsFunc(src.file.Imports, func(i *ast.ImportSpec) bool { return strings.HasSuffix(i.Path.Value, `internal/forms"`) })
		ast.Inspect(src.file, func(n ast.Node) bool {
			if text, ok := literal(n); ok {
				used[text] = true
			}
			if detail, ok := n.(*ast.KeyValueExpr); ok && types.ExprString(detail.Key) == "Detail" {
				ast.Inspect(detail.Value, func(n ast.Node) bool {
					if pair, ok := n.(*ast.KeyValueExpr); ok && isPhrase(pair.Value) {
						t.Errorf("%s: words are a detail of an event: store a code", src.set.Position(pair.Pos()))
					}
					return true
				})
			}
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if callee(call) == "NewEmail" { // its words are put together in hub/web/emails
				if code, ok := literal(call.Args[1]); ok {
					used["mail."+code+".subject"], used["mail."+code+".text"] = true, true
				}
			}
			at, gives := givers[callee(call)]
			if !gives {
				at, gives = givers[src.folder+"."+callee(call)]
			}
			if name, ok := strings.CutPrefix(callee(call), "oauth."); !gives && (ok || src.folder == "hub/oauth") {
				gives = refusals[name]
			}
			if !gives || callee(call) == "Add" && !forms || len(call.Args) <= at {
				return true
			}
			code, ok := literal(call.Args[at])
			if !ok {
				return true // a variable: its values are literals elsewhere, and held to be used
			}
			wants, ok := known[code]
			if !ok {
				t.Errorf("%s: no message for %q: add it to templates/locales", src.set.Position(call.Pos()), code)
			}
			var gets []string
			for i := at + 2; i < len(call.Args); i += 2 {
				if isPhrase(call.Args[i]) {
					t.Errorf("%s: words are an argument of %q: give them a code (texts.New) that has a sentence", src.set.Position(call.Args[i].Pos()), code)
				}
			}
			for i := at + 1; i < len(call.Args); i += 2 {
				if name, ok := literal(call.Args[i]); ok {
					gets = append(gets, name)
				}
			}
			for _, want := range wants {
				if !call.Ellipsis.IsValid() && !slices.Contains(gets, want) {
					t.Errorf("%s: the sentence of %q speaks of {%s}, which it is not given", src.set.Position(call.Pos()), code, want)
				}
			}
			return true
		})
	}
	for id := range namedByTemplates(t) {
		used[id] = true
	}
	for _, text := range guideTexts() {
		used[text.Code] = true
	}
	for code := range known {
		if !used[code] && code != "error" {
			t.Errorf("nothing uses the message %q: take it out of templates/locales", code)
		}
	}
}

// namedByTemplates are the strings that pages and emails hold, ids among them.
func namedByTemplates(t *testing.T) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	for _, pattern := range []string{"../templates/*/*.html"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatal(pattern, err)
		}
		for _, file := range files {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range quoted.FindAllStringSubmatch(string(content), -1) {
				found[m[1]] = true
			}
		}
	}
	return found
}

var quoted = regexp.MustCompile(`"([a-z][^" ]*)"`)

// isPhrase reports whether a value is a text that is written or concatenated
// here. An error is passed as it is: its code has the text.
func isPhrase(value ast.Expr) bool {
	switch v := value.(type) {
	case *ast.BasicLit:
		return strings.Contains(v.Value, " ")
	case *ast.BinaryExpr:
		return isPhrase(v.X) || isPhrase(v.Y)
	case *ast.CallExpr:
		name := types.ExprString(v.Fun)
		return name == "fmt.Sprintf" || name == "errors.New" || name == "fmt.Errorf" || strings.HasSuffix(name, ".Error") || strings.HasSuffix(name, "(err)") ||
			slices.ContainsFunc(v.Args, isPhrase) && name != "strings.Join" && !strings.HasSuffix(name, ".Format")
	}
	return false
}

// oauthErrors are the functions of hub/oauth/error.go that make a protocol error
// and take the code of its description.
func oauthErrors(t *testing.T) map[string]bool {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "oauth/error.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Type.Params.NumFields() == 2 && f.Type.Params.List[0].Names[0].Name == "why" {
			found[f.Name.Name] = true
		}
	}
	if len(found) < 20 {
		t.Fatalf("hub/oauth names %d errors", len(found))
	}
	return found
}

// callee is the name that a call is written by: with its package where that is
// one of those in givers, else the bare one.
func callee(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		if in, ok := f.X.(*ast.Ident); ok && (slices.Contains([]string{"texts", "forms", "jwt", "oauth", "locales"}, in.Name)) {
			return in.Name + "." + f.Sel.Name
		}
		return f.Sel.Name
	}
	return ""
}

func literal(n ast.Node) (string, bool) {
	lit, ok := n.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}
