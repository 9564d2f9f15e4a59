package hub_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// sentences are the fields and methods that hold words for people.
var sentences = []string{"Text", "Reason", "Message", "Why", "Error"}

// A program that looks into sentences breaks when somebody words them better,
// so what is decided on is a code beside them. Whether there is one at all may
// be asked.
func TestNothingIsDecidedOnASentence(t *testing.T) {
	for folder, files := range sources(t) {
		if double(folder) || folder == "cmd/bench" { // which reads orders by a Scanner.Text
			continue
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			set := token.NewFileSet()
			file, err := parser.ParseFile(set, filepath.Join("..", folder, name), nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if decides(n) {
					t.Errorf("%s decides on a sentence: give what it means a code, and ask for that", set.Position(n.Pos()))
				}
				return true
			})
		}
	}
}

func decides(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.BinaryExpr:
		compares := n.Op == token.EQL || n.Op == token.NEQ
		return compares && (isSentence(n.X) && !isEmptyText(n.Y) || isSentence(n.Y) && !isEmptyText(n.X))
	case *ast.SwitchStmt:
		return isSentence(n.Tag)
	case *ast.CallExpr:
		f, ok := n.Fun.(*ast.SelectorExpr)
		if !ok {
			return false
		}
		in, ok := f.X.(*ast.Ident)
		looks := []string{"HasPrefix", "HasSuffix", "Contains", "EqualFold", "Index", "Cut", "CutPrefix", "CutSuffix"}
		return ok && in.Name == "strings" && slices.Contains(looks, f.Sel.Name) && slices.ContainsFunc(n.Args, isSentence)
	}
	return false
}

// isSentence knows them by name alone: that is what people go by, too.
func isSentence(e ast.Expr) bool {
	if call, ok := e.(*ast.CallExpr); ok {
		e = call.Fun
	}
	field, ok := e.(*ast.SelectorExpr)
	return ok && slices.Contains(sentences, field.Sel.Name)
}

func isEmptyText(e ast.Expr) bool {
	text, ok := e.(*ast.BasicLit)
	return ok && text.Kind == token.STRING && text.Value == `""`
}
