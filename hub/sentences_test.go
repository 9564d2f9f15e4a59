package hub_test

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"iter"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub"
)

// sentences are the fields and methods with text for people.
var sentences = []string{"Text", "Reason", "Message", "Why", "Error"}

// Code that compares sentences breaks when a text changes, so decisions use a
// code beside the text. Checking whether a text is empty is allowed.
func TestNothingIsDecidedOnASentence(t *testing.T) {
	for src := range program(t) {
		if src.folder == "cmd/bench" { // which reads orders by a Scanner.Text
			continue
		}
		ast.Inspect(src.file, func(n ast.Node) bool {
			if decides(n) {
				t.Errorf("%s decides on a sentence: give what it means a code, and ask for that", src.set.Position(n.Pos()))
			}
			return true
		})
	}
}

// keptSentences are the fields of stored records in which earlier hubs left
// words. There is a code now, and nothing writes them.
var keptSentences = map[string]bool{
	"audit.Event.Reason":                   true,
	"linking.LinkEvent.Reason":             true,
	"logouts.SignOut.Reason":               true,
	"sitesetup.Mistake.Text":               true,
	"traces.Step.Text":                     true,
	"federation.ConnectionRequest.Message": true,
	"clients.FederatedHub.Held":            true,
	"logouts.Recipient.Error":              true,
	"logouts.Status.Error":                 true,
	"health.Record.Reason":                 true,
	"health.Warning.Do":                    true,
	"health.Warning.Text":                  true,
}

// notOurs are fields with such names that contain no sentence of the hub.
var notOurs = map[string]string{
	"apis.Scope.Text":                           "an administrator's own words",
	"clients.Client.CreatedBy":                  "the name of a person or command",
	"grants.TokenFamily.Why":                    "a code",
	"hubs.Invite.CreatedBy":                     "the name of a person or command",
	"pending.Request.Message":                   "the app's own words (CIBA §7.1, binding_message)",
	"registration.InitialAccessToken.CreatedBy": "the name of a person or command",
}

// The store has codes with arguments; the sentence is made when it is shown.
func TestNoRecordHoldsASentence(t *testing.T) {
	found := map[string]bool{}
	for _, of := range hub.RecordTypes() {
		textsOf(found, of)
	}
	for field := range found {
		if !keptSentences[field] && notOurs[field] == "" {
			t.Errorf("%s holds a sentence: store its code and arguments (texts.Text)", field)
		}
	}
	for _, field := range slices.Concat(slices.Collect(maps.Keys(keptSentences)), slices.Collect(maps.Keys(notOurs))) {
		if !found[field] {
			t.Errorf("%s is no field of a record: take it out of the lists", field)
		}
	}
	for src := range program(t) {
		ast.Inspect(src.file, func(n ast.Node) bool {
			if field := written(n, src.file.Name.Name); field != "" {
				t.Errorf("%s writes words into %s: store their code and arguments", src.set.Position(n.Pos()), field)
			}
			return true
		})
	}
}

// textsOf finds the fields for words in a record, at every depth.
func textsOf(found map[string]bool, of reflect.Type) {
	switch of.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		textsOf(found, of.Elem())
	case reflect.Struct:
		for f := range of.Fields() {
			if f.Type.Kind() == reflect.String && f.IsExported() && slices.Contains(stored, f.Name) {
				found[of.String()+"."+f.Name] = true
			}
			if strings.HasPrefix(f.Type.PkgPath(), strings.TrimSuffix(module, "/")) || f.Type.Name() == "" {
				textsOf(found, f.Type)
			}
		}
	}
}

// stored are the names of fields that say by themselves that they hold words.
var stored = []string{"Text", "Reason", "Message", "Why", "Do", "Held", "Error", "CreatedBy"}

// written is the field that a composite literal or, in the package of the
// record, an assignment writes; empty if it is another node.
func written(n ast.Node, here string) string {
	switch n := n.(type) {
	case *ast.CompositeLit:
		of := types.ExprString(cmp.Or[ast.Expr](n.Type, &ast.Ident{}))
		if !strings.Contains(of, ".") {
			of = here + "." + of
		}
		for _, e := range n.Elts {
			if pair, ok := e.(*ast.KeyValueExpr); ok && words(of+"."+types.ExprString(pair.Key), pair.Value) {
				return of + "." + types.ExprString(pair.Key)
			}
		}
	case *ast.AssignStmt:
		for i, to := range n.Lhs {
			field, ok := to.(*ast.SelectorExpr)
			var value ast.Expr
			if len(n.Rhs) == len(n.Lhs) {
				value = n.Rhs[i]
			}
			if !ok || isEmptyText(value) { // taken away, where a code comes
				continue
			}
			for name := range listed(here, field.Sel.Name) {
				if words(name, value) {
					return name
				}
			}
		}
	}
	return ""
}

// listed are the listed fields of one name in the records of a package.
func listed(pkg, name string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, field := range slices.Concat(slices.Collect(maps.Keys(keptSentences)), slices.Collect(maps.Keys(notOurs))) {
			if strings.HasPrefix(field, pkg+".") && strings.HasSuffix(field, "."+name) && !yield(field) {
				return
			}
		}
	}
}

// words reports whether an expression is a sentence: any value for the fields in
// which earlier versions stored sentences, and a text with spaces or a
// concatenation for fields of names and codes.
func words(field string, value ast.Expr) bool {
	switch v := value.(type) {
	case *ast.BasicLit:
		return keptSentences[field] || notOurs[field] != "" && strings.Contains(v.Value, " ")
	case *ast.BinaryExpr:
		return keptSentences[field] || notOurs[field] != ""
	}
	return keptSentences[field]
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

// isSentence recognizes them by name only.
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
