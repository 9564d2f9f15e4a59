package templates

import (
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"sync"
	tree "text/template/parse"

	"github.com/fedhub/fedhub/templates/locales"
)

// A set is a page in one language. It is parsed at its first request, so that
// an unused language costs nothing.
type set struct {
	words *locales.Words
	look  struct{ file, shell string }
}

// sets are the parsed pages, as *template.Template.
var sets sync.Map

// parsed is the template of a page in a language. Its functions use the
// language, and html/template changes a tree when it escapes it, so each
// language has its own trees: of the page, its shell, and the parts that they
// call.
func parsed(w *locales.Words, dressed look) (*template.Template, error) {
	key := set{words: w}
	key.look.file, key.look.shell = dressed.file, dressed.shell
	if known, ok := sets.Load(key); ok {
		return known.(*template.Template), nil
	}
	all := maps.Clone(parts())
	if err := read(all, "pages/"+dressed.file+".html"); err != nil {
		return nil, err
	}
	page := template.New("").Funcs(words(w)).Option("missingkey=error")
	if err := add(page, all, dressed.shell); err != nil {
		return nil, err
	}
	known, _ := sets.LoadOrStore(key, page)
	return known.(*template.Template), nil
}

// parts are the trees of parts/*.html, by name. A part that does not parse is a
// programming error, and every test of a page finds it, so it may panic.
var parts = sync.OnceValue(func() map[string]*tree.Tree {
	all := map[string]*tree.Tree{}
	names, err := fs.Glob(files, "parts/*.html")
	if err != nil {
		panic(err)
	}
	for _, name := range names {
		if err := read(all, name); err != nil {
			panic(err)
		}
	}
	return all
})

// read adds the definitions of a file. They replace earlier ones.
func read(all map[string]*tree.Tree, name string) error {
	content, err := fs.ReadFile(files, name)
	if err != nil {
		return err
	}
	defined, err := tree.Parse(name, string(content), "", "", words(locales.English()), builtins)
	if err != nil {
		return err
	}
	maps.Copy(all, defined)
	return nil
}

// builtins are the functions of text/template that templates may call; the
// parser needs only their names.
var builtins = map[string]any{"and": true, "or": true, "not": true, "len": true, "index": true, "slice": true, "print": true, "printf": true,
	"eq": true, "ne": true, "lt": true, "le": true, "gt": true, "ge": true}

// add gives a template a tree and the trees that it calls, each as a copy.
func add(to *template.Template, all map[string]*tree.Tree, name string) error {
	if to.Lookup(name) != nil {
		return nil
	}
	root, ok := all[name]
	if !ok {
		return fmt.Errorf("there is no template %q", name)
	}
	if _, err := to.AddParseTree(name, root.Copy()); err != nil {
		return err
	}
	for _, named := range calls(root.Root) {
		if err := add(to, all, named); err != nil {
			return err
		}
	}
	return nil
}

// calls are the templates that a list of nodes calls.
func calls(list *tree.ListNode) (names []string) {
	if list == nil {
		return nil
	}
	branch := func(b tree.BranchNode) { names = append(append(names, calls(b.List)...), calls(b.ElseList)...) }
	for _, node := range list.Nodes {
		switch node := node.(type) {
		case *tree.TemplateNode:
			names = append(names, node.Name)
		case *tree.ListNode:
			names = append(names, calls(node)...)
		case *tree.IfNode:
			branch(node.BranchNode)
		case *tree.RangeNode:
			branch(node.BranchNode)
		case *tree.WithNode:
			branch(node.BranchNode)
		}
	}
	return names
}
