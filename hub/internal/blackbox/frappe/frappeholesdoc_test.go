package frappe_test

import (
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
)

var (
	holeTest = regexp.MustCompile("`(Test[A-Za-z0-9]+)`")
	testFunc = regexp.MustCompile(`(?m)^func (Test[A-Za-z0-9]+)\(`)
)

// Each line of the list in docs/frappe.md names tests that exist.
func TestEveryHoleHasItsTest(t *testing.T) {
	tests := map[string]bool{}
	err := fs.WalkDir(os.DirFS("../../../.."), ".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile("../../../../" + path)
		for _, m := range testFunc.FindAllStringSubmatch(string(text), -1) {
			tests[m[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("../../../../docs/frappe.md")
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(text), "## What Frappe's own provider leaves open")
	list, _, _ = strings.Cut(list, "\n## ")
	rows := 0
	for line := range strings.SplitSeq(list, "\n") {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| Report") || strings.HasPrefix(line, "| ---") {
			continue
		}
		rows++
		named := holeTest.FindAllStringSubmatch(line, -1)
		if len(named) == 0 {
			t.Errorf("no test is named in: %s", line)
		}
		for _, m := range named {
			if !tests[m[1]] {
				t.Errorf("%s does not exist, in: %s", m[1], line)
			}
		}
	}
	if rows < 40 {
		t.Errorf("only %d lines were read", rows)
	}
}
