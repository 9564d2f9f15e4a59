package demo_test

import (
	"bytes"
	"cmp"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/html"
)

// A browser has the cookies, redirects and open page of one user. It collects every
// secret that it sees.
type browser struct {
	*testing.T
	client *http.Client
	at     *url.URL
	page   *html.Node
	text   string

	mu      sync.Mutex
	secrets []string
}

func newBrowser(t *testing.T) *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{T: t}
	b.client = &http.Client{Jar: jar, Transport: b}
	return b
}

// RoundTrip sees every request, redirects included.
func (b *browser) RoundTrip(r *http.Request) (*http.Response, error) {
	b.remember(r.URL)
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	for _, c := range resp.Cookies() {
		b.secret(c.Value)
	}
	if to, err := resp.Location(); err == nil {
		b.remember(to)
	}
	return resp, nil
}

// remember collects the secrets in an address.
func (b *browser) remember(u *url.URL) {
	query := u.Query()
	for _, name := range []string{"code", "state", "nonce", "code_challenge", "flow", "stop", "token"} {
		b.secret(query.Get(name))
	}
}

func (b *browser) secret(value string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(value) > 7 && !slices.Contains(b.secrets, value) {
		b.secrets = append(b.secrets, value)
	}
}

func (b *browser) open(address string) {
	b.Helper()
	resp, err := b.client.Get(address)
	b.show(resp, err)
}

func (b *browser) show(resp *http.Response, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.Fatal(err)
	}
	if b.page, err = html.Parse(bytes.NewReader(body)); err != nil {
		b.Fatal(err)
	}
	b.at, b.text = resp.Request.URL, textOf(b.page)
}

// click follows the link with this text.
func (b *browser) click(text string) {
	b.Helper()
	for n := range b.page.Descendants() {
		if n.Data == "a" && strings.Contains(textOf(n), text) {
			to, err := b.at.Parse(attr(n, "href"))
			if err != nil {
				b.Fatal(err)
			}
			b.open(to.String())
			return
		}
	}
	b.Fatalf("there is no link %q at %s:\n%s", text, b.at.Host+b.at.Path, b.text)
}

// press submits the form that has a button with this text.
func (b *browser) press(text string, fill url.Values) {
	b.Helper()
	for form := range b.page.Descendants() {
		if form.Data != "form" {
			continue
		}
		for n := range b.page.Descendants() {
			if n.Data == "button" && strings.Contains(textOf(n), text) && (within(n, form) || attr(form, "id") != "" && attr(n, "form") == attr(form, "id")) {
				b.submit(form, n, fill)
				return
			}
		}
	}
	b.Fatalf("there is no button %q at %s:\n%s", text, b.at.Host+b.at.Path, b.text)
}

// within reports whether an element is inside another.
func within(n, outer *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if n == outer {
			return true
		}
	}
	return false
}

func (b *browser) submit(form, button *html.Node, fill url.Values) {
	b.Helper()
	values := url.Values{}
	for n := range form.Descendants() {
		if name := attr(n, "name"); n.Data == "input" && name != "" {
			values.Set(name, attr(n, "value"))
		}
	}
	if name := attr(button, "name"); name != "" {
		values.Set(name, attr(button, "value"))
	}
	b.secret(values.Get("csrf"))
	for name := range fill {
		if !values.Has(name) {
			b.Fatalf("the form has no field %q", name)
		}
		values.Set(name, fill.Get(name))
	}
	to, err := b.at.Parse(cmp.Or(attr(button, "formaction"), attr(form, "action")))
	if err != nil {
		b.Fatal(err)
	}
	resp, err := b.client.PostForm(to.String(), values)
	b.show(resp, err)
}

// sees fails unless the open page has this address (host and path) and this text.
func (b *browser) sees(address, text string) {
	b.Helper()
	if got := "http://" + b.at.Host + cmp.Or(b.at.Path, "/"); got != address {
		b.Fatalf("the browser is at %s, want %s:\n%s", got, address, b.text)
	}
	if !strings.Contains(b.text, text) {
		b.Fatalf("%s does not say %q:\n%s", address, text, b.text)
	}
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func textOf(n *html.Node) string {
	var words []string
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			words = append(words, strings.Fields(d.Data)...)
		}
	}
	return strings.Join(words, " ")
}
