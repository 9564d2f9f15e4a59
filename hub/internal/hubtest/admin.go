package hubtest

import (
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// Operator is a browser with an administrator signed in.
func (w *World) Operator() *Browser {
	w.Helper()
	w.Person("root@example.org", "admin")
	b := w.Browser()
	b.SignIn(b.Open("/signin"), "root@example.org")
	return b
}

var SecretShown = regexp.MustCompile(`fhs_[A-Za-z0-9_-]+`)

// Copied are the values that a page offers to copy, by their labels.
func (p Page) Copied(t testing.TB) map[string]string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(p.Body))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for n := range root.Descendants() {
		label := strings.TrimPrefix(Attr(n, "data-copy"), "Copy ") // the button's label without its verb
		if n.Type != html.ElementNode || label == "" {
			continue
		}
		for inner := range n.Descendants() {
			if inner.Type == html.TextNode {
				found[label] += inner.Data
			}
		}
	}
	return found
}
