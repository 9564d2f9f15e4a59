package hubtest

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/internal/testkit/frappetest"
)

// A Waiting is a site that was just added: the administrator's browser, the
// simulated site with the values of the page, and the client.
type Waiting struct {
	*World
	Admin *Browser
	App   *App
	Site  *frappetest.Secondary
	Key   frappetest.SocialLoginKey
}

func NewWaiting(w *World, generation frappetest.Generation) *Waiting {
	w.Helper()
	x := &Waiting{World: w, Admin: w.Operator(), Site: frappetest.NewSecondary(w, generation)}
	_, values := x.Admin.AddSite("site", x.Site.URL+"/login")
	x.App = w.AddedSite(values)
	x.Key = frappetest.FrappeKey(values["base_url"], values["client_id"], values["client_secret"])
	x.Site.Use(x.Key)
	return x
}

// Change edits the key at the site.
func (x *Waiting) Change(edit func(*frappetest.SocialLoginKey)) {
	edit(&x.Key)
	x.Site.Use(x.Key)
}

// CookiesAt are the cookies of another site.
func (b *Browser) CookiesAt(address string) []*http.Cookie {
	u, err := url.Parse(address)
	if err != nil {
		b.W.Fatal(err)
	}
	return b.Jar.Cookies(u)
}

// Login presses the site's button and continues as far as possible.
func (x *Waiting) Login(b *Browser, email, decision string) Page {
	x.Helper()
	p := b.Follow(b.Open(x.Site.Link(x.Key, "")))
	if strings.Contains(p.Body, `action="/signin"`) {
		p = b.SignIn(p, email)
	}
	if strings.Contains(p.Body, `action="/consent"`) {
		p = b.Follow(b.Submit(p, "/consent", "decision", decision))
	}
	if strings.HasPrefix(p.Location, x.Site.URL) {
		p = b.Read(b.Get(p.Location))
	}
	return p
}

// Look opens the current set-up page.
func (x *Waiting) Look() Page {
	x.Helper()
	p := x.Admin.Open("/admin/clients/" + x.App.ID + "/setup?watch=1")
	Want(x, "the set-up page", p.Status, http.StatusOK)
	return p
}

// Marks are the states of the three steps.
func (x *Waiting) Marks() string {
	x.Helper()
	_, list, _ := strings.Cut(x.Look().Body, `<ol class="steps">`)
	list, _, _ = strings.Cut(list, "</ol>")
	var marks []string
	for _, step := range strings.Split(list, "<li")[1:] {
		tone, _, _ := strings.Cut(strings.TrimPrefix(step, ` class="`), `"`)
		marks = append(marks, map[string]string{"ok": "done", "info": "now", "danger": "failed", "": "later"}[tone])
	}
	return strings.Join(marks, " ")
}

// Wrong is the error on the page.
func (x *Waiting) Wrong() string {
	x.Helper()
	return IdsOf(x, x.Look())["wrong"]
}

// Edit changes the client by its page.
func (x *Waiting) Edit(change func(*clients.Client)) {
	x.Helper()
	c, err := x.Hub.Client(x.Context(), x.App.ID)
	if err != nil {
		x.Fatal(err)
	}
	change(&c)
	path := "/admin/clients/" + c.ID
	pairs := []string{"allowed_roles", strings.Join(c.AllowedRoles, "\n")}
	if c.Disabled {
		pairs = append(pairs, "disabled", "1")
	}
	x.Admin.Submit(x.Admin.Open(path), path, pairs...)
}
