package hubtest

import (
	"cmp"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// A Scripted browser is like the one of the certification suite: it keeps
// cookies, finds inputs and buttons by id, and runs no script.
type Scripted struct {
	*testing.T
	site *Site
	http *http.Client
}

func (e *Exam) Browser() *Scripted {
	e.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		e.Fatal(err)
	}
	return &Scripted{e.T, e.Site, &http.Client{Jar: jar, Transport: e.Site.http.Transport, CheckRedirect: followNothing}}
}

// Open gets an address and follows redirects on the hub.
func (b *Scripted) Open(address string) Page {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, address, nil)
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	return b.follow(b.do(req))
}

// Send posts a form as a page of another site does, without Origin or Referer.
func (b *Scripted) Send(address string, form url.Values) Page {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.follow(b.do(req))
}

func (b *Scripted) do(req *http.Request) Page {
	b.Helper()
	return (&Browser{W: &World{TB: b.T}}).Read(b.http.Do(req))
}

func (b *Scripted) follow(p Page) Page {
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
		// The suite's browser sends "Accept: */*" after a redirect; the response
		// must still be a page.
		req.Header.Set("Accept", "*/*")
		p = b.do(req)
	}
	b.Fatal("the hub redirects for ever")
	return p
}

// click presses the button after entering the pairs (input id, text).
func (b *Scripted) click(p Page, button string, typed ...string) Page {
	b.Helper()
	root := b.Parse(p)
	pressed := byID(root, button)
	if pressed == nil {
		b.Fatalf("there is no #%s on the page %s: %s", button, p.URL, Gist(p.Body))
	}
	if pressed.Data == "a" {
		return b.Open(b.resolve(p, Attr(pressed, "href")))
	}
	if kind := Attr(pressed, "type"); kind != "" && kind != "submit" {
		b.Fatalf("#%s is of type %s, which does nothing without a script", button, kind)
	}
	form := cmp.Or(ancestor(pressed, "form"), byID(root, Attr(pressed, "form")))
	if form == nil {
		b.Fatalf("#%s is in no form", button)
	}
	values := fields(form)
	for i := 0; i+1 < len(typed); i += 2 {
		input := byID(root, typed[i])
		if input == nil || ancestor(input, "form") != form {
			b.Fatalf("there is no #%s in the form of #%s", typed[i], button)
		}
		values.Set(Attr(input, "name"), typed[i+1])
	}
	if name := Attr(pressed, "name"); name != "" {
		values.Set(name, Attr(pressed, "value"))
	}
	to := b.resolve(p, cmp.Or(Attr(pressed, "formaction"), Attr(form, "action")))
	if !strings.EqualFold(Attr(form, "method"), "post") {
		return b.Open(to + "?" + values.Encode())
	}
	return b.Send(to, values)
}

func (b *Scripted) resolve(p Page, address string) string {
	b.Helper()
	to, err := p.URL.Parse(address)
	if err != nil {
		b.Fatal(err)
	}
	return to.String()
}

func (b *Scripted) Parse(p Page) *html.Node {
	b.Helper()
	root, err := html.Parse(strings.NewReader(p.Body))
	if err != nil {
		b.Fatal(err)
	}
	return root
}

// Has reports whether the page has an element with this id.
func (b *Scripted) Has(p Page, id string) bool {
	b.Helper()
	return byID(b.Parse(p), id) != nil
}

func byID(root *html.Node, id string) *html.Node {
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && Attr(n, "id") == id {
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

// An arrival is the result of an authorization request.
type arrival struct {
	By     string     // "query", "fragment", "form"; "" if the browser stayed at the hub
	To     string     // the address, without the parameters of the response
	query  url.Values // of the address, for any response mode
	Values url.Values // the parameters of the response
	page   Page
	Shown  []string // the pages on the way: "sign-in", "consent"
}

// Saw reports whether that page was shown on the way.
func (a arrival) Saw(what string) bool { return slices.Contains(a.Shown, what) }

// Visit opens the authorization endpoint and acts as a user does.
func (b *Scripted) Visit(request url.Values) arrival {
	b.Helper()
	return b.Finish(b.Open(b.site.At(b.T, "authorization_endpoint") + "?" + request.Encode()))
}

// Finish signs in and gives consent while the hub asks for it.
func (b *Scripted) Finish(p Page) arrival {
	b.Helper()
	var shown []string
	for range 5 {
		if a, ok := b.landed(p); ok {
			a.Shown = shown
			return a
		}
		switch {
		case b.Has(p, "sign-in-form"):
			shown = append(shown, "sign-in")
			p = b.click(p, "sign-in", "email", Examinee, "password", Password)
		case b.Has(p, "allow"):
			shown = append(shown, "consent")
			p = b.click(p, "allow")
		case b.Has(p, "device-form"):
			p = b.click(p, "continue")
		default:
			return arrival{page: p, Shown: shown}
		}
	}
	b.Fatalf("the hub shows pages for ever: %v", shown)
	return arrival{}
}

// landed reads the response in the redirect.
func (b *Scripted) landed(p Page) (arrival, bool) {
	b.Helper()
	if p.Location == "" {
		return b.posted(p)
	}
	to, err := url.Parse(p.Location)
	if err != nil {
		b.Fatal(err)
	}
	a := arrival{By: "query", query: to.Query(), Values: to.Query(), page: p}
	if to.Fragment != "" {
		a.By = "fragment"
		if a.Values, err = url.ParseQuery(to.EscapedFragment()); err != nil {
			b.Fatalf("the fragment of %s cannot be read: %v", p.Location, err)
		}
	}
	to.Fragment, to.RawFragment, to.RawQuery = "", "", ""
	a.To = to.String()
	return a, true
}

// posted reads a form that posts the response to another site (OAuth 2.0 Form
// Post Response Mode §2).
func (b *Scripted) posted(p Page) (arrival, bool) {
	b.Helper()
	form := byID(b.Parse(p), "answer")
	if form == nil || strings.HasPrefix(Attr(form, "action"), "/") {
		return arrival{}, false
	}
	if !strings.EqualFold(Attr(form, "method"), "post") || Attr(form, "enctype") != "" {
		b.Errorf("the form must be an application/x-www-form-urlencoded POST")
	}
	to, err := url.Parse(Attr(form, "action"))
	if err != nil {
		b.Fatal(err)
	}
	a := arrival{By: "form", query: to.Query(), Values: fields(form), page: p}
	to.RawQuery = ""
	a.To = to.String()
	return a, true
}
