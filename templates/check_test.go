package templates

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// render gives the page as text and as a tree.
func render(t *testing.T, frame Frame, page Page) (string, *html.Node) {
	t.Helper()
	var out bytes.Buffer
	if err := Render(&out, frame, page); err != nil {
		t.Fatal(err)
	}
	tree, err := html.Parse(bytes.NewReader(out.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), tree
}

// check checks the rules of every page.
func check(t *testing.T, text string, tree *html.Node) {
	t.Helper()
	checkTags(t, text)
	checkIDs(t, tree)
	checkLandmarks(t, tree)
	checkControls(t, tree)
	checkPolicy(t, tree)
	if strings.Contains(text, "&lt;nil&gt;") {
		t.Error("a locales.Text is shown without say")
	}
}

// checkTags finds elements that are not closed, or closed in the wrong order:
// the parser of a browser repairs those silently.
func checkTags(t *testing.T, text string) {
	t.Helper()
	void := []string{"meta", "link", "input", "img", "br"}
	var open []string
	tokens := html.NewTokenizer(strings.NewReader(text))
	for {
		switch kind := tokens.Next(); kind {
		case html.ErrorToken:
			if tokens.Err() != io.EOF || len(open) > 0 {
				t.Errorf("left open: %v (%v)", open, tokens.Err())
			}
			return
		case html.StartTagToken:
			name, _ := tokens.TagName()
			if !slices.Contains(void, string(name)) {
				open = append(open, string(name))
			}
		case html.EndTagToken:
			name, _ := tokens.TagName()
			if len(open) == 0 || open[len(open)-1] != string(name) {
				t.Errorf("</%s> closes %v", name, open)
				return
			}
			open = open[:len(open)-1]
		}
	}
}

func checkIDs(t *testing.T, tree *html.Node) {
	t.Helper()
	ids := map[string]bool{}
	for node := range elements(tree) {
		if id, ok := attr(node, "id"); ok {
			if id == "" || ids[id] {
				t.Errorf("the id %q is empty or there twice", id)
			}
			ids[id] = true
		}
	}
	for node := range elements(tree) {
		for _, name := range []string{"aria-describedby", "aria-labelledby", "for"} {
			value, ok := attr(node, name)
			if ok && value == "" {
				t.Errorf("<%s> has an empty %s", node.Data, name)
			}
			for target := range strings.FieldsSeq(value) {
				if !ids[target] {
					t.Errorf("<%s %s=%q> points nowhere", node.Data, name, target)
				}
			}
		}
		if href, _ := attr(node, "href"); node.Data == "a" && strings.HasPrefix(href, "#") && href != refused && !ids[href[1:]] {
			t.Errorf("the link %q points nowhere", href)
		}
	}
}

// refused is what html/template puts in the place of a dangerous address.
const refused = "#ZgotmplZ"

func checkLandmarks(t *testing.T, tree *html.Node) {
	t.Helper()
	count := map[string]int{}
	for node := range elements(tree) {
		count[node.Data]++
		if lang, _ := attr(node, "lang"); node.Data == "html" && lang == "" {
			t.Error("the page does not say its language")
		}
		if id, _ := attr(node, "id"); node.Data == "main" && id != "main" {
			t.Errorf("got main id %q, want %q", id, "main")
		}
		if _, ok := attr(node, "alt"); node.Data == "img" && !ok {
			t.Error("an image has no alt")
		}
	}
	for _, name := range []string{"h1", "main", "title"} {
		if got, want := count[name], 1; got != want {
			t.Errorf("got %d <%s>, want %d", got, name, want)
		}
	}
}

// checkControls finds inputs without a label, buttons without a word, and
// forms that post without the token.
func checkControls(t *testing.T, tree *html.Node) {
	t.Helper()
	labelled := map[string]bool{}
	for node := range elements(tree) {
		if target, ok := attr(node, "for"); ok && strings.TrimSpace(spoken(node)) != "" {
			labelled[target] = true
		}
	}
	for node := range elements(tree) {
		id, _ := attr(node, "id")
		kind, _ := attr(node, "type")
		_, hidden := attr(node, "hidden")
		switch node.Data {
		case "input", "select", "textarea":
			if kind != "hidden" && !hidden && !labelled[id] {
				t.Errorf("<%s id=%q> has no label", node.Data, id)
			}
		case "button", "a", "h1", "h2", "h3", "summary", "th":
			if label, _ := attr(node, "aria-label"); strings.TrimSpace(spoken(node)+label) == "" {
				t.Errorf("<%s id=%q> says nothing", node.Data, id)
			}
		case "form":
			checkForm(t, node)
		}
		if invalid, ok := attr(node, "aria-invalid"); ok && invalid != "true" {
			t.Errorf("aria-invalid=%q", invalid)
		}
	}
}

func checkForm(t *testing.T, form *html.Node) {
	t.Helper()
	action, _ := attr(form, "action")
	method, _ := attr(form, "method")
	token, buttons := false, 0
	for node := range elements(form) {
		name, _ := attr(node, "name")
		token = token || name == "csrf"
		if node.Data == "button" {
			buttons++
		}
	}
	// A form that only reloads a page uses GET, and needs no token.
	if role, _ := attr(form, "role"); role == "search" || method == "get" {
		if method != "get" || buttons == 0 || token {
			t.Errorf("search %q: method %q, %d buttons, carries the token: %t", action, method, buttons, token)
		}
		return
	}
	if method != "post" || buttons == 0 {
		t.Errorf("form %q: method %q, %d buttons", action, method, buttons)
	}
	// The one form that leaves the hub must not carry the token away.
	if id, _ := attr(form, "id"); token == (id == "answer") {
		t.Errorf("form %q: carries the token: %t", action, token)
	}
}

// checkPolicy finds elements that the Content-Security-Policy blocks, and those
// that must not be there.
func checkPolicy(t *testing.T, tree *html.Node) {
	t.Helper()
	for node := range elements(tree) {
		for _, a := range node.Attr {
			value := strings.ToLower(strings.TrimSpace(a.Val))
			switch {
			case strings.HasPrefix(a.Key, "on"), a.Key == "style", a.Key == "srcdoc":
				t.Errorf("<%s> has the attribute %s", node.Data, a.Key)
			case a.Key == "src", node.Data == "link" && a.Key == "href", node.Data == "use":
				class, _ := attr(node, "class")
				logo := class == "logo" && (a.Val == refused || strings.HasPrefix(value, "https://")) // the page's policy contains its origin
				if a.Key != "rel" && !logo && node.Data != "iframe" && !strings.HasPrefix(value, "/static/") && (class != "portrait" || !strings.HasPrefix(value, "/picture/")) {
					t.Errorf("<%s %s=%q> is not ours", node.Data, a.Key, a.Val)
				}
			case a.Key == "href", a.Key == "action", a.Key == "content":
				if strings.Contains(value, "javascript:") || strings.Contains(value, "data:") {
					t.Errorf("<%s %s=%q> runs something", node.Data, a.Key, a.Val)
				}
			}
		}
		_, external := attr(node, "src")
		_, nonced := attr(node, "nonce")
		inline := node.Data == "script" && !external
		if inline && (!nonced || spoken(node) != "document.forms[0].submit()") {
			t.Errorf("a script inside the page: %q", spoken(node))
		}
		if node.Data == "iframe" {
			checkFrame(t, node)
		}
		if node.Data == "style" || node.Data == "object" || node.Data == "base" {
			t.Errorf("there is a <%s>", node.Data)
		}
	}
}

// checkFrame: what an app shows in a frame must not lead the page away.
func checkFrame(t *testing.T, frame *html.Node) {
	t.Helper()
	src, _ := attr(frame, "src")
	title, _ := attr(frame, "title")
	sandbox, sandboxed := attr(frame, "sandbox")
	if strings.Contains(strings.ToLower(src), "javascript:") || title == "" || !sandboxed || strings.Contains(sandbox, "top-navigation") {
		t.Errorf("a frame has src %q, title %q, sandbox %q", src, title, sandbox)
	}
}

// elements walks the tree in the order of the page.
func elements(tree *html.Node) func(func(*html.Node) bool) {
	return func(yield func(*html.Node) bool) {
		for node := range tree.Descendants() {
			if node.Type == html.ElementNode && !yield(node) {
				return
			}
		}
	}
}

func attr(node *html.Node, name string) (string, bool) {
	for _, a := range node.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// spoken is the text of a node.
func spoken(node *html.Node) string {
	var text strings.Builder
	for inner := range node.Descendants() {
		if inner.Type == html.TextNode {
			text.WriteString(inner.Data)
		}
	}
	return text.String()
}

// byID finds an element, or ends the test.
func byID(t *testing.T, tree *html.Node, id string) *html.Node {
	t.Helper()
	for node := range elements(tree) {
		if got, _ := attr(node, "id"); got == id {
			return node
		}
	}
	t.Fatalf("nothing has the id %q", id)
	return nil
}
