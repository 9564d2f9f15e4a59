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
	"github.com/fedhub/fedhub/templates/locales"
)

// These tell a user without access from a user who denied the request.
var (
	errNoRole    = errors.New("the client is for other roles")
	errNoAddress = errors.New("nobody answers for the user's email address")
)

// keepFromSite is the page that the user sees instead of a redirect with an
// error. A Frappe site answers ?error= with an error page of its own; old
// versions show a full traceback there.
func keepFromSite(client clients.Client, protocol *oauth.Error, err error) *web.ErrorPage {
	p := &web.ErrorPage{
		Status:   http.StatusBadRequest,
		Heading:  locales.Say("frappe.you-couldnt-be-signed-in", "shown", shown(client)),
		Text:     locales.Say("frappe.this-isnt-your-fault-tell"),
		Action:   templates.Action{Label: locales.Say("frappe.back-to", "shown", shown(client)), URL: client.Frappe.URL + "/login"},
		Protocol: protocol,
		Cause:    err,
	}
	var refused *oauth.Error
	switch {
	case errors.As(err, &refused) && refused.Code == "access_denied":
		p.Status = http.StatusForbidden
		p.Heading, p.Text = locales.Say("frappe.you-didnt-sign-in-to", "shown", shown(client)), locales.Say("frappe.nothing-was-shared-you-can")
		if errors.Is(err, errNoRole) {
			p.Heading, p.Text = locales.Say("frappe.your-account-may-not-use", "shown", shown(client)), locales.Say("frappe.ask-whoever-runs-this-hub")
		}
		if errors.Is(err, errNoAddress) {
			p.Heading = locales.Say("frappe.needs-an-email-address-that", "shown", shown(client))
			p.Text = locales.Say("frappe.it-knows-people-by-their")
			p.Other = templates.Action{Label: locales.Say("frappe.open-your-account"), URL: "/account"}
		}
	case errors.As(err, &refused) && refused.Code == "login_required":
		p.Text = locales.Say("frappe.go-back-and-sign-in")
	}
	return p
}

// Misplaced answers for a site whose Base URL has a path, at a URL that does not
// exist. Only the trace, which administrators read, names the site.
func (d *Handler) Misplaced(c *gin.Context) error {
	query := c.Request.URL.Query()
	a := traces.Of(c.Request.Context())
	a.About(traces.About{Client: short(query.Get("client_id"))})
	a.Fail(traces.Misplaced, texts.New("trace.misplaced", "path", clip(c.Request.URL.Path, 300), "issuer", d.Issuer))
	return &web.ErrorPage{
		Status:  http.StatusNotFound,
		Heading: locales.Say("frappe.the-site-that-sent-you"),
		Text:    locales.Say("frappe.this-isnt-your-fault-tell"),
		Details: []templates.Row{
			{Name: locales.Say("frappe.what-is-wrong"), Value: locales.Say("frappe.base-url-of-its-social", "issuer", d.Issuer)},
			{Name: locales.Say("frappe.address-received"), Value: locales.Stored(clip(c.Request.URL.Path, 300))},
		},
	}
}

// siteMoved explains to the administrator of a Frappe site why it sends another
// redirect URI than the registered one. The site builds it from its own host name,
// which behind a proxy often differs from the public one.
func siteMoved(p *web.ErrorPage, client clients.Client, sent string) {
	p.Action = templates.Action{Label: locales.Say("frappe.back-to", "shown", shown(client)), URL: client.Frappe.URL + "/login"}
	for _, fix := range siteFixes {
		for _, registered := range client.RedirectURIs {
			if fix.only(sent, registered) {
				p.Details = append(p.Details, templates.Row{Name: locales.Say("frappe.what-differs"), Value: fix.words})
				return
			}
		}
	}
	p.Details = append(p.Details, templates.Row{Name: locales.Say("frappe.what-differs"), Value: locales.Say("frappe.more-than-the-scheme-the")})
}

// siteFixes are the usual differences, and what to change at the site.
var siteFixes = []struct {
	words locales.Text
	only  func(sent, registered string) bool
}{
	{locales.Say("frappe.the-scheme-let-the-proxy"),
		but(func(u *url.URL) { u.Scheme = "" })},
	{locales.Say("frappe.the-port-set-host-name"),
		but(func(u *url.URL) { u.Host = u.Hostname() })},
	{locales.Say("frappe.the-scheme-and-the-port"),
		but(func(u *url.URL) { u.Scheme, u.Host = "", u.Hostname() })},
	{locales.Say("frappe.the-host-set-host-name"),
		but(func(u *url.URL) { u.Scheme, u.Host = "", "" })},
}
