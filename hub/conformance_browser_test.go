package hub_test

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// A scripted browser is what certification drives a provider with: it keeps
// cookies, finds inputs and buttons by id, and runs no script.
type scripted struct {
	*testing.T
	site *site
	http *http.Client
}

func (e *exam) browser() *scripted {
	e.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		e.Fatal(err)
	}
	return &scripted{e.T, e.site, &http.Client{Jar: jar, Transport: e.site.http.Transport, CheckRedirect: followNothing}}
}

// open gets an address and follows redirects while they stay on the hub.
func (b *scripted) open(address string) page {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, address, nil)
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	return b.follow(b.do(req))
}

// send posts a form as another site's page would, without Origin or Referer.
func (b *scripted) send(address string, form url.Values) page {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.follow(b.do(req))
}

func (b *scripted) do(req *http.Request) page {
	b.Helper()
	return (&browser{w: &world{TB: b.T}}).read(b.http.Do(req))
}

func (b *scripted) follow(p page) page {
	b.Helper()
	for range 20 {
		if p.Location == "" {
			return p
		}
		next, err := p.URL.Parse(p.Location)
		if err != nil {
			b.Fatal(err)
		}
		if next.Scheme+"://"+next.Host != b.site.URL {
			return p
		}
		req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, next.String(), nil)
		if err != nil {
			b.Fatal(err)
		}
		// The browser that drives certification asks for anything after a
		// redirect; the answer must be a page all the same.
		req.Header.Set("Accept", "*/*")
		p = b.do(req)
	}
	b.Fatal("the hub redirects for ever")
	return p
}

// click presses the button, after the pairs (input id, text) were typed in.
func (b *scripted) click(p page, button string, typed ...string) page {
	b.Helper()
	root := b.parse(p)
	pressed := byID(root, button)
	if pressed == nil {
		b.Fatalf("there is no #%s on the page %s: %s", button, p.URL, gist(p.Body))
	}
	if pressed.Data == "a" {
		return b.open(b.resolve(p, attr(pressed, "href")))
	}
	if kind := attr(pressed, "type"); kind != "" && kind != "submit" {
		b.Fatalf("#%s is of type %s, which does nothing without a script", button, kind)
	}
	form := ancestor(pressed, "form")
	if form == nil {
		b.Fatalf("#%s is in no form", button)
	}
	values := fields(form)
	for i := 0; i+1 < len(typed); i += 2 {
		input := byID(root, typed[i])
		if input == nil || ancestor(input, "form") != form {
			b.Fatalf("there is no #%s in the form of #%s", typed[i], button)
		}
		values.Set(attr(input, "name"), typed[i+1])
	}
	if name := attr(pressed, "name"); name != "" {
		values.Set(name, attr(pressed, "value"))
	}
	to := b.resolve(p, attr(form, "action"))
	if !strings.EqualFold(attr(form, "method"), "post") {
		return b.open(to + "?" + values.Encode())
	}
	return b.send(to, values)
}

func (b *scripted) resolve(p page, address string) string {
	b.Helper()
	to, err := p.URL.Parse(address)
	if err != nil {
		b.Fatal(err)
	}
	return to.String()
}

func (b *scripted) parse(p page) *html.Node {
	b.Helper()
	root, err := html.Parse(strings.NewReader(p.Body))
	if err != nil {
		b.Fatal(err)
	}
	return root
}

// has says whether the page has an element of this id.
func (b *scripted) has(p page, id string) bool {
	b.Helper()
	return byID(b.parse(p), id) != nil
}

func byID(root *html.Node, id string) *html.Node {
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && attr(n, "id") == id {
			return n
		}
	}
	return nil
}

func ancestor(n *html.Node, name string) *html.Node {
	for p := range n.Ancestors() {
		if p.Type == html.ElementNode && p.Data == name {
			return p
		}
	}
	return nil
}

// An arrival is how an authorization request ended.
type arrival struct {
	by     string     // "query", "fragment", "form"; "" if the browser stayed at the hub
	to     string     // the address, without what the answer added
	query  url.Values // of the address, whatever by is
	values url.Values // the answer
	page   page
	shown  []string // what the person saw on the way: "sign-in", "consent"
}

// saw says whether the person was shown that page on the way.
func (a arrival) saw(what string) bool { return slices.Contains(a.shown, what) }

// visit opens the authorization endpoint and does what a person would do.
func (b *scripted) visit(request url.Values) arrival {
	b.Helper()
	return b.finish(b.open(b.site.at(b.T, "authorization_endpoint") + "?" + request.Encode()))
}

// finish signs in and allows, as long as the hub asks for it.
func (b *scripted) finish(p page) arrival {
	b.Helper()
	var shown []string
	for range 5 {
		if a, ok := b.landed(p); ok {
			a.shown = shown
			return a
		}
		switch {
		case b.has(p, "sign-in-form"):
			shown = append(shown, "sign-in")
			p = b.click(p, "sign-in", "email", examinee, "password", password)
		case b.has(p, "allow"):
			shown = append(shown, "consent")
			p = b.click(p, "allow")
		case b.has(p, "device-form"):
			p = b.click(p, "continue")
		default:
			return arrival{page: p, shown: shown}
		}
	}
	b.Fatalf("the hub shows pages for ever: %v", shown)
	return arrival{}
}

// landed reads the answer that the browser was sent away with.
func (b *scripted) landed(p page) (arrival, bool) {
	b.Helper()
	if p.Location == "" {
		return b.posted(p)
	}
	to, err := url.Parse(p.Location)
	if err != nil {
		b.Fatal(err)
	}
	a := arrival{by: "query", query: to.Query(), values: to.Query(), page: p}
	if to.Fragment != "" {
		a.by = "fragment"
		if a.values, err = url.ParseQuery(to.EscapedFragment()); err != nil {
			b.Fatalf("the fragment of %s cannot be read: %v", p.Location, err)
		}
	}
	to.Fragment, to.RawFragment, to.RawQuery = "", "", ""
	a.to = to.String()
	return a, true
}

// posted reads a form that takes the answer to another site
// (OAuth 2.0 Form Post Response Mode §2).
func (b *scripted) posted(p page) (arrival, bool) {
	b.Helper()
	form := byID(b.parse(p), "answer")
	if form == nil || strings.HasPrefix(attr(form, "action"), "/") {
		return arrival{}, false
	}
	if !strings.EqualFold(attr(form, "method"), "post") || attr(form, "enctype") != "" {
		b.Errorf("the form must be an application/x-www-form-urlencoded POST")
	}
	to, err := url.Parse(attr(form, "action"))
	if err != nil {
		b.Fatal(err)
	}
	a := arrival{by: "form", query: to.Query(), values: fields(form), page: p}
	to.RawQuery = ""
	a.to = to.String()
	return a, true
}
