package templates

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// TestNothingIsDeclaredSafe keeps the escaping of html/template switched on.
// Continue.Target, which is tested for itself, and what writes its address to the
// letter are the one exception.
func TestNothingIsDeclaredSafe(t *testing.T) {
	banned := []string{"HTML", "HTMLAttr", "JS", "JSStr", "CSS", "URL", "Srcset"}
	for name, file := range sources(t) {
		ast.Inspect(file, func(node ast.Node) bool {
			exempt := []string{"Target", "attribute", "Link", "Action"}
			if function, ok := node.(*ast.FuncDecl); ok && name == "consent.go" && slices.Contains(exempt, function.Name.Name) {
				return false
			}
			selected, ok := node.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			pack, ok := selected.X.(*ast.Ident)
			if ok && pack.Name == "template" && slices.Contains(banned, selected.Sel.Name) {
				t.Errorf("%s uses template.%s", name, selected.Sel.Name)
			}
			return true
		})
	}
}

// TestNoPageIsForgotten compares the list of the other tests with the source, and
// the templates with the list.
func TestNoPageIsForgotten(t *testing.T) {
	var declared, listed []string
	for _, file := range sources(t) {
		for _, declaration := range file.Decls {
			function, ok := declaration.(*ast.FuncDecl)
			if ok && function.Name.Name == "look" {
				declared = append(declared, function.Recv.List[0].Type.(*ast.Ident).Name)
			}
		}
	}
	used := map[string]bool{}
	for _, page := range everyPage() {
		listed = append(listed, reflect.TypeOf(page).Name())
		used[page.look().file] = true
	}
	slices.Sort(declared)
	slices.Sort(listed)
	if !slices.Equal(declared, listed) {
		t.Errorf("declared %v\nlisted   %v", declared, listed)
	}
	names, err := fs.Glob(files, "pages/*.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if !used[strings.TrimSuffix(path.Base(name), ".html")] {
			t.Errorf("no page uses %s", name)
		}
	}
}

func TestTemplatesKeepToThePolicy(t *testing.T) {
	banned := map[string]*regexp.Regexp{
		"an event handler":   regexp.MustCompile(`(?i)\son[a-z]+\s*=`),
		"a style attribute":  regexp.MustCompile(`(?i)\sstyle\s*=`),
		"a style element":    regexp.MustCompile(`(?i)<style`),
		"another address":    regexp.MustCompile(`(?i)(?:src|href|action)\s*=\s*["']?(?:https?:)?//`),
		"a javascript link":  regexp.MustCompile(`(?i)javascript:`),
		"a dead control":     regexp.MustCompile(`(?i)type=["']?button`),
		"a page by GET":      regexp.MustCompile(`(?i)method=["']?get`),
		"an unquoted value":  regexp.MustCompile(`<[a-z]+(?:\s+[a-z-]+(?:="[^"]*")?)*\s+[a-z-]+=\{\{`),
		"a positive tabstop": regexp.MustCompile(`tabindex="[1-9]`),
	}
	for name, content := range htmlFiles(t) {
		// A search has no side effects, so its form is a GET that can be
		// bookmarked; the same goes for the questions of a preset.
		content = strings.ReplaceAll(content, `<form role="search" method="get"`, "<form")
		content = strings.ReplaceAll(content, `<form class="panel" method="get" action="/admin/clients/new"`, "<form")
		for what, pattern := range banned {
			if found := pattern.FindString(content); found != "" {
				t.Errorf("%s has %s: %q", name, what, found)
			}
		}
		inline := strings.Count(content, "<script") - strings.Count(content, "<script type=\"module\" src=") - strings.Count(content, "<script src=")
		if inline > 0 && name != "pages/formpost.html" {
			t.Errorf("%s has an inline script", name)
		}
	}
}

// TestClassesExist finds names of the stylesheet that were mistyped.
func TestClassesExist(t *testing.T) {
	styles := assetText(t, "app.css") + assetText(t, "desk.css")
	pattern := regexp.MustCompile(`class="([^"]*)"`)
	action := regexp.MustCompile(`\{\{[^}]*\}\}`)
	for name, content := range htmlFiles(t) {
		for _, match := range pattern.FindAllStringSubmatch(content, -1) {
			for class := range strings.FieldsSeq(action.ReplaceAllString(match[1], " ")) {
				if !strings.Contains(styles, "."+class) {
					t.Errorf("%s: the stylesheet knows no class %q", name, class)
				}
			}
		}
	}
}

func sources(t *testing.T) map[string]*ast.File {
	t.Helper()
	names, err := fs.Glob(here, "*.go")
	if err != nil {
		t.Fatal(err)
	}
	parsed := map[string]*ast.File{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		content, err := fs.ReadFile(here, name)
		if err != nil {
			t.Fatal(err)
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, content, 0)
		if err != nil {
			t.Fatal(err)
		}
		parsed[name] = file
	}
	return parsed
}

func htmlFiles(t *testing.T) map[string]string {
	t.Helper()
	contents := map[string]string{}
	for _, pattern := range []string{"parts/*.html", "pages/*.html"} {
		names, err := fs.Glob(files, pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			content, err := fs.ReadFile(files, name)
			if err != nil {
				t.Fatal(err)
			}
			contents[name] = string(content)
		}
	}
	return contents
}

// TestTemplatesHaveNoWords finds text that is not from the catalogue: letters
// between tags, and in visible attributes.
func TestTemplatesHaveNoWords(t *testing.T) {
	action := regexp.MustCompile(`(?s)\{\{.*?\}\}`)
	letters := regexp.MustCompile(`\pL`)
	attributes := regexp.MustCompile(`^[\s\x{fffc}]+[a-z-]+="[^<]*$`) // a part inside a tag
	read := []string{"title", "alt", "placeholder", "aria-label", "data-copy"}
	for name, content := range htmlFiles(t) {
		content = strings.NewReplacer("<noscript>", "", "</noscript>", "", "{{define ", "\x00{{define ").Replace(content)
		for part := range strings.SplitSeq(content, "\x00") {
			part = action.ReplaceAllString(part, "\ufffc")
			if attributes.MatchString(part) {
				part = "<i " + part + ">"
			}
			tokens := html.NewTokenizer(strings.NewReader(part))
			sample := 0 // code samples and the script of formpost.html (TestTemplatesKeepToThePolicy)
			for kind := tokens.Next(); kind != html.ErrorToken; kind = tokens.Next() {
				token := tokens.Token()
				inSample := token.Data == "pre" || token.Data == "script"
				switch {
				case inSample && kind == html.StartTagToken:
					sample++
				case inSample && kind == html.EndTagToken:
					sample--
				case kind == html.TextToken && sample == 0 && letters.MatchString(token.Data):
					t.Errorf("%s has the words %q: make them a message", name, strings.TrimSpace(token.Data))
				}
				for _, a := range token.Attr {
					if slices.Contains(read, a.Key) && letters.MatchString(a.Val) {
						t.Errorf("%s has the words %s=%q: make them a message", name, a.Key, a.Val)
					}
				}
			}
		}
	}
}

// TestPanelsRowsAndFormsAreParts keeps the elements that every page has in one
// place each. Continue and FormPost send an answer to an app: a form that must
// not carry the token.
func TestPanelsRowsAndFormsAreParts(t *testing.T) {
	byHand := regexp.MustCompile(`<form[^>]*method="post"|<section[^>]*class="panel|<[ou]l[^>]*class="rows|name="csrf"`)
	leaves := []string{"pages/continue.html", "pages/formpost.html"}
	for name, content := range htmlFiles(t) {
		if name == "parts/elements.html" {
			continue
		}
		for _, found := range byHand.FindAllString(content, -1) {
			if !slices.Contains(leaves, name) || !strings.HasPrefix(found, "<form") {
				t.Errorf("%s writes %s by hand: use the part", name, found)
			}
		}
	}
}
