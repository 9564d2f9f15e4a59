package authorize

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/traces"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/internal/texts"
	"github.com/fedhub/fedhub/templates"
)

// These tell a person who is not admitted from one who said no.
var (
	errNoRole    = errors.New("the client is for other roles")
	errNoAddress = errors.New("nobody answers for the user's email address")
)

// keepFromSite is the page that a person sees instead of being sent back with
// an error. A Frappe site answers ?error= with a failure of its own, on old
// ones with all its inner workings.
func keepFromSite(client clients.Client, protocol *oauth.Error, err error) *web.ErrorPage {
	p := &web.ErrorPage{
		Status:   http.StatusBadRequest,
		Heading:  "You couldn't be signed in to " + shown(client) + ".",
		Text:     "This isn't your fault. Tell the people who run it.",
		Action:   templates.Action{Label: "Back to " + shown(client), URL: client.Frappe.URL + "/login"},
		Protocol: protocol,
		Cause:    err,
	}
	var refused *oauth.Error
	switch {
	case errors.As(err, &refused) && refused.Code == "access_denied":
		p.Status = http.StatusForbidden
		p.Heading, p.Text = "You didn't sign in to "+shown(client)+".", "Nothing was shared. You can go back and try again, or close this page."
		if errors.Is(err, errNoRole) {
			p.Heading, p.Text = "Your account may not use "+shown(client)+".", "Ask whoever runs this hub for access."
		}
		if errors.Is(err, errNoAddress) {
			p.Heading = shown(client) + " needs an email address that is surely yours."
			p.Text = "It knows people by their email address in plain Latin letters, and nobody has proved one of yours. Prove one under your account, then try again."
			p.Other = templates.Action{Label: "Open your account", URL: "/account"}
		}
	case errors.As(err, &refused) && refused.Code == "login_required":
		p.Text = "Go back and sign in again."
	}
	return p
}

// Misplaced answers a site whose Base URL has a path, at an address where there
// is nothing. Which site it is stays with the administrator who waits for it.
func (d *Handler) Misplaced(c *gin.Context) error {
	query := c.Request.URL.Query()
	a := traces.Of(c.Request.Context())
	a.About(traces.About{Client: short(query.Get("client_id"))})
	a.Fail(traces.Misplaced, texts.New("trace.misplaced", "path", clip(c.Request.URL.Path, 300), "issuer", d.Issuer))
	return &web.ErrorPage{
		Status:  http.StatusNotFound,
		Heading: "The site that sent you here isn't set up correctly.",
		Text:    "This isn't your fault. Tell the people who run it.",
		Details: []templates.Pair{
			{Name: "What is wrong", Value: "Base URL of its Social Login Key has a path. It must be " + d.Issuer + " and nothing more."},
			{Name: "Address received", Value: clip(c.Request.URL.Path, 300)},
		},
	}
}

// siteMoved tells whoever runs a Frappe site why it names another address than
// the registered one. It makes the address of what it takes for its own, which
// behind a proxy is seldom what people open.
func siteMoved(p *web.ErrorPage, client clients.Client, sent string) {
	p.Action = templates.Action{Label: "Back to " + shown(client), URL: client.Frappe.URL + "/login"}
	for _, fix := range siteFixes {
		for _, registered := range client.RedirectURIs {
			if fix.only(sent, registered) {
				p.Details = append(p.Details, templates.Pair{Name: "What differs", Value: fix.words})
				return
			}
		}
	}
	p.Details = append(p.Details, templates.Pair{Name: "What differs", Value: "More than the scheme, the port and the host. Is the Social Login Key of another provider, or has it another name?"})
}

// siteFixes are what usually differs, and what to change at the site.
var siteFixes = []struct {
	words string
	only  func(sent, registered string) bool
}{
	{"The scheme. Let the proxy before the site send X-Forwarded-Proto: https, or set host_name in the site's site_config.json.",
		but(func(u *url.URL) { u.Scheme = "" })},
	{"The port. Set host_name in the site's site_config.json to the address that people open.",
		but(func(u *url.URL) { u.Host = u.Hostname() })},
	{"The scheme and the port. Set host_name in the site's site_config.json to the address that people open.",
		but(func(u *url.URL) { u.Scheme, u.Host = "", u.Hostname() })},
	{"The host. Set host_name in the site's site_config.json to the address that people open, or register the site's other address here.",
		but(func(u *url.URL) { u.Scheme, u.Host = "", "" })},
}
