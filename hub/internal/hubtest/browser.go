package hubtest

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"

	"golang.org/x/net/html"

	"github.com/fedhub/fedhub/hub/web"
)

// A Browser keeps cookies and follows no redirects on its own.
type Browser struct {
	W *World
	*http.Client
}

func (w *World) Browser() *Browser {
	w.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.Fatal(err)
	}
	return &Browser{w, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// A Page is a parsed response.
type Page struct {
	Status   int
	Location string
	Body     string
	Header   http.Header
	URL      *url.URL
}

func (b *Browser) Read(resp *http.Response, err error) Page {
	b.W.Helper()
	if err != nil {
		b.W.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.W.Fatal(err)
	}
	return Page{resp.StatusCode, resp.Header.Get("Location"), string(body), resp.Header, resp.Request.URL}
}

// Open gets an address, absolute or on the hub, and follows redirects on the hub.
func (b *Browser) Open(address string) Page {
	b.W.Helper()
	if strings.HasPrefix(address, "/") {
		address = b.W.URL + address
	}
	return b.Follow(b.Read(b.Get(address)))
}

func (b *Browser) Follow(p Page) Page {
	b.W.Helper()
	for range 20 {
		if p.Location == "" {
			return p
		}
		next, err := p.URL.Parse(p.Location)
		if err != nil {
			b.W.Fatal(err)
		}
		if next.Scheme+"://"+next.Host != b.W.URL {
			return p
		}
		p = b.Read(b.Get(next.String()))
	}
	b.W.Fatal("the hub redirects for ever")
	return p
}

// Authorize opens the authorization endpoint.
func (b *Browser) Authorize(v url.Values) Page {
	b.W.Helper()
	return b.Open("/oauth2/authorize?" + v.Encode())
}

// Submit sends the page's form for the path, with these fields changed, and
// follows redirects.
func (b *Browser) Submit(p Page, action string, pairs ...string) Page {
	b.W.Helper()
	return b.Follow(b.Post(p, action, pairs...))
}

func (b *Browser) Post(p Page, action string, pairs ...string) Page {
	b.W.Helper()
	to, fields, ok := Form(p.Body, action)
	if !ok {
		b.W.Fatalf("no form leads to %s on the page %s:\n%s", action, p.URL, p.Body)
	}
	return b.Read(b.PostForm(b.W.URL+to, Edited(fields, pairs)))
}

// Form finds a form and the fields that a browser would send.
func Form(body, action string) (string, url.Values, bool) {
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		return "", nil, false
	}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && n.Data == "form" && Attr(n, "action") == action {
			return Attr(n, "action"), fields(n), true
		}
	}
	for n := range root.Descendants() { // a button of another form
		if n.Type == html.ElementNode && n.Data == "button" && Attr(n, "formaction") == action {
			if form := byID(root, Attr(n, "form")); form != nil {
				return action, fields(form), true
			}
		}
	}
	return "", nil, false
}

func fields(form *html.Node) url.Values {
	v := url.Values{}
	for n := range form.Descendants() {
		if n.Type != html.ElementNode || Attr(n, "name") == "" {
			continue
		}
		switch n.Data {
		case "input":
			kind := Attr(n, "type")
			if (kind == "checkbox" || kind == "radio") && !has(n, "checked") {
				continue
			}
			v.Set(Attr(n, "name"), Attr(n, "value"))
		case "textarea":
			if n.FirstChild != nil {
				v.Set(Attr(n, "name"), n.FirstChild.Data)
			}
		case "select":
			for o := range n.Descendants() {
				// As in browsers, the first option unless one is selected.
				if o.Data == "option" && (has(o, "selected") || !v.Has(Attr(n, "name"))) {
					v.Set(Attr(n, "name"), Attr(o, "value"))
				}
			}
		}
	}
	return v
}

func Attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

// SignIn signs in on the sign-in page p.
func (b *Browser) SignIn(p Page, email string) Page {
	b.W.Helper()
	if strings.Contains(p.Body, `action="`+web.ProvePath+`"`) { // signed in already: the page asks for proof
		return b.Prove(p)
	}
	return b.Submit(p, "/signin", "email", email, "password", Password)
}

// Prove enters the password on the page that asks the signed-in user for it. If
// that page contains a postponed form, it is sent too.
func (b *Browser) Prove(p Page, pairs ...string) Page {
	b.W.Helper()
	_, action, _ := strings.Cut(p.Body, `<form class="stack" method="post" action="`)
	action, _, _ = strings.Cut(action, `"`)
	return b.Submit(p, action, append([]string{"prove_password", Password}, pairs...)...)
}

// SignInTo signs in and gives consent, up to the app's answer.
func (b *Browser) SignInTo(a *App, email string, pairs ...string) url.Values {
	b.W.Helper()
	p := b.Authorize(a.Request(pairs...))
	if strings.Contains(p.Body, `action="/signin"`) {
		p = b.SignIn(p, email)
	}
	if strings.Contains(p.Body, `action="/consent"`) {
		p = b.Submit(p, "/consent", "decision", "allow")
	}
	return b.Answer(p)
}

// Answer is the query or fragment of the redirect to the app.
func (b *Browser) Answer(p Page) url.Values {
	b.W.Helper()
	u, err := url.Parse(p.Location)
	if err != nil || !strings.HasPrefix(p.Location, Callback) {
		b.W.Fatalf("got status %d, location %q, want a redirect to the app:\n%s", p.Status, p.Location, p.Body)
	}
	return u.Query()
}
