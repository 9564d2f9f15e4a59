package templates

import (
	"fmt"
	"io/fs"
	"path"
	"testing"
	tree "text/template/parse"

	"github.com/fedhub/fedhub/templates/locales"
)

// A template names a message with its arguments and its parts. A mistake shows
// only when that branch of the page is rendered, so this test checks every call
// in the source.
func TestTemplatesGiveEveryMessageWhatItSpeaksOf(t *testing.T) {
	calls := 0
	eachTemplate(t, func(name string, parsed *tree.Tree) {
		inspect(parsed.Root, func(n tree.Node) {
			command, ok := n.(*tree.CommandNode)
			if !ok || len(command.Args) < 2 {
				return
			}
			callee, ok := command.Args[0].(*tree.IdentifierNode)
			id, literal := command.Args[1].(*tree.StringNode)
			if !ok || !literal || callee.Ident != "t" && callee.Ident != "prose" {
				return
			}
			calls++
			marks, pairs := given(command.Args[2:])
			if _, err := locales.English().Parts(id.Text, marks, pairs...); err != nil {
				line, _ := parsed.ErrorContext(n)
				t.Errorf("%s (%s): %v", name, line, err)
			}
		})
	})
	if calls < 500 {
		t.Errorf("the templates name only %d messages", calls)
	}
}

// given tells apart the marks of a call from its pairs of a name and a value.
func given(args []tree.Node) (marks int, pairs []any) {
	for i := 0; i < len(args); i++ {
		name, ok := args[i].(*tree.StringNode)
		if !ok {
			marks++
			continue
		}
		value := any("x")
		if name.Text == "count" {
			value = 2
		}
		pairs = append(pairs, name.Text, value)
		i++
	}
	return marks, pairs
}

// eachTemplate parses every file of templates as text.
func eachTemplate(t *testing.T, look func(name string, parsed *tree.Tree)) {
	t.Helper()
	functions := map[string]any{"eq": fmt.Sprint, "ne": fmt.Sprint, "lt": fmt.Sprint, "le": fmt.Sprint, "gt": fmt.Sprint, "ge": fmt.Sprint,
		"and": fmt.Sprint, "or": fmt.Sprint, "not": fmt.Sprint, "len": fmt.Sprint, "index": fmt.Sprint, "print": fmt.Sprint, "printf": fmt.Sprint, "slice": fmt.Sprint}
	for _, folder := range []string{"pages", "parts"} {
		entries, err := fs.ReadDir(files, folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			name := path.Join(folder, entry.Name())
			content, err := fs.ReadFile(files, name)
			if err != nil {
				t.Fatal(err)
			}
			trees, err := tree.Parse(name, string(content), "", "", words(locales.English()), functions)
			if err != nil {
				t.Fatal(err)
			}
			for _, parsed := range trees {
				look(name, parsed)
			}
		}
	}
}

// inspect visits n and every node below it.
func inspect(n tree.Node, visit func(tree.Node)) {
	visit(n)
	var below []tree.Node
	list := func(l *tree.ListNode) {
		if l != nil {
			below = append(below, l.Nodes...)
		}
	}
	branch := func(b tree.BranchNode) {
		below = append(below, b.Pipe)
		list(b.List)
		list(b.ElseList)
	}
	switch n := n.(type) {
	case *tree.ListNode:
		list(n)
	case *tree.IfNode:
		branch(n.BranchNode)
	case *tree.RangeNode:
		branch(n.BranchNode)
	case *tree.WithNode:
		branch(n.BranchNode)
	case *tree.ActionNode:
		below = append(below, n.Pipe)
	case *tree.TemplateNode:
		if n.Pipe != nil {
			below = append(below, n.Pipe)
		}
	case *tree.PipeNode:
		for _, c := range n.Cmds {
			below = append(below, c)
		}
	case *tree.CommandNode:
		below = append(below, n.Args...)
	}
	for _, b := range below {
		inspect(b, visit)
	}
}
