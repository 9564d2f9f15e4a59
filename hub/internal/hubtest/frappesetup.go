package hubtest

import (
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// AddSite uses the page that adds a site, and returns the page with its values.
func (b *Browser) AddSite(pairs ...string) (Page, map[string]string) {
	b.W.Helper()
	p := b.Submit(b.Open("/admin/clients/frappe"), "/admin/clients/frappe", append([]string{"site", "erp.example.com"}, pairs...)...)
	return p, IdsOf(b.W, p)
}

// IdsOf are the texts of a page's elements, by id.
func IdsOf(t testing.TB, p Page) map[string]string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(p.Body))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && Attr(n, "id") != "" {
			out[Attr(n, "id")] = spokenText(n)
		}
	}
	return out
}

func spokenText(n *html.Node) string {
	var out strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			out.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(out.String()), " ")
}

// AddedSite is the client of the site.
func (w *World) AddedSite(values map[string]string) *App {
	w.Helper()
	c, err := w.Hub.Client(w.Context(), values["client_id"])
	if err != nil {
		w.Fatal(err)
	}
	return &App{W: w, Client: c, Secret: values["client_secret"]}
}

// SiteSignIn is a sign-in of a site: the button, the code, the token and
// userinfo.
func (a *App) SiteSignIn(b *Browser, email string) Reply {
	a.W.Helper()
	code := a.siteCode(b, email)
	r := a.siteToken(code)
	Want(a.W, "token", r.Status, 200)
	return a.W.SendJSON("GET", FrappePath+"openid_profile", r.Str("access_token"), nil)
}

func (a *App) siteCode(b *Browser, email string) string {
	a.W.Helper()
	p := b.Follow(b.Open(SiteRequest(a, FrappePath+"authorize", SiteState())))
	if strings.Contains(p.Body, `action="/signin"`) {
		p = b.SignIn(p, email)
	}
	if strings.Contains(p.Body, `action="/consent"`) {
		p = b.Follow(b.Submit(p, "/consent", "decision", "allow"))
	}
	to, err := url.Parse(p.Location)
	if err != nil || !strings.HasPrefix(p.Location, a.RedirectURIs[0]+"?") {
		a.W.Fatalf("answered at %q:\n%s", p.Location, p.Body)
	}
	return to.Query().Get("code")
}

func (a *App) siteToken(code string) Reply {
	a.W.Helper()
	return a.W.Raw(FrappePath+"get_token", "code="+code+"&redirect_uri="+url.QueryEscape(a.RedirectURIs[0])+
		"&grant_type=authorization_code&client_id="+a.ID+"&client_secret="+url.QueryEscape(a.Secret))
}
