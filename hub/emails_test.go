package hub_test

import (
	"go/ast"
	"slices"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/templates"
)

// A service names an email by its code, and the catalogue (templates/locales) has
// its text. Every code has a text that uses exactly the given arguments, and
// every text has a code.
func TestEveryEmailThatIsNamedHasWords(t *testing.T) {
	known, named := emailWords(t), map[string]bool{}
	for src := range program(t) {
		ast.Inspect(src.file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.CompositeLit); ok && isMailEmail(lit.Type) {
				t.Errorf("%s: an email is made by mail.NewEmail alone", src.set.Position(n.Pos()))
			}
			call, ok := n.(*ast.CallExpr)
			if !ok || !isSelector(call.Fun, "mail", "NewEmail") {
				return true
			}
			code, ok := literal(call.Args[1])
			if !ok {
				t.Errorf("%s: the code of an email stands where it is named", src.set.Position(n.Pos()))
				return true
			}
			var gives []string
			for i := 2; i < len(call.Args); i += 2 {
				name, _ := literal(call.Args[i])
				gives = append(gives, name)
			}
			named[code] = true
			slices.Sort(gives)
			if wants, ok := known[code]; !ok {
				t.Errorf("%s: no words for the email %q: add mail.%s.subject and .text to templates/locales", src.set.Position(n.Pos()), code, code)
			} else if !slices.Equal(gives, wants) {
				t.Errorf("%s: the email %q is given %q and speaks of %q", src.set.Position(n.Pos()), code, gives, wants)
			}
			return true
		})
	}
	for code := range known {
		if !named[code] {
			t.Errorf("no service names the email %q: take its words away", code)
		}
	}
}

// emailWords are all codes with a subject and a text, each with the arguments
// that its messages speak of or that choose between them (hub/web/emails), and
// that a service gives: hub/web/emails adds three by itself.
func emailWords(t *testing.T) map[string][]string {
	t.Helper()
	known := templates.SentenceArgs()
	out := map[string][]string{"identity.linked": {"emptied"}}
	for id, speaks := range known {
		code, isText := strings.CutPrefix(id, "mail.")
		code, _, hasText := strings.Cut(code, ".text")
		if !isText || !hasText {
			continue
		}
		if out[code] == nil {
			out[code] = []string{}
		}
		subject, ok := known["mail."+code+".subject"]
		if !ok {
			t.Errorf("the email %q has no subject", code)
		}
		for _, name := range slices.Concat(speaks, subject) {
			if !slices.Contains([]string{"hub", "address", "email"}, name) && !slices.Contains(out[code], name) {
				out[code] = append(out[code], name)
			}
		}
		slices.Sort(out[code])
	}
	if len(out) != 27 {
		t.Fatalf("%d emails have words", len(out))
	}
	return out
}

func isMailEmail(e ast.Expr) bool { return isSelector(e, "mail", "Email") }

func isSelector(e ast.Expr, pkg, name string) bool {
	s, ok := e.(*ast.SelectorExpr)
	if !ok || s.Sel.Name != name {
		return false
	}
	in, ok := s.X.(*ast.Ident)
	return ok && in.Name == pkg
}
