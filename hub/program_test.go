package hub_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"iter"
	"path/filepath"
	"strings"
	"testing"
)

// A source is one file of the program.
type source struct {
	folder string
	set    *token.FileSet
	file   *ast.File
}

// program is every file of the program itself: no test, no test double.
func program(t *testing.T) iter.Seq[source] {
	t.Helper()
	return func(yield func(source) bool) {
		for folder, files := range sources(t) {
			if double(folder) {
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
				if !yield(source{folder, set, file}) {
					return
				}
			}
		}
	}
}
