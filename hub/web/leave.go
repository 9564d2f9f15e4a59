package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// Redirect sends the browser to another site, named for the person.
//
// The plain way is a 303. But browsers hold a form's Content-Security-Policy
// against every redirect that follows its POST, and nobody knows where the
// next site redirects to in turn: a hub behind a hub would be blocked. So a
// browser gets a page of its own that moves on at once, by the Refresh header
// and, should that fail, by a link; the chain ends there. Whoever is not a
// browser (it sends no Sec-Fetch-Dest) gets the 303.
func (e *Responder) Redirect(c *gin.Context, location, name string) error {
	if c.GetHeader("Sec-Fetch-Dest") != "document" {
		return SeeOther(c, location)
	}
	c.Header("Refresh", "0; url="+location)
	return e.Show(c, http.StatusOK, templates.Continue{Client: name, URL: location})
}

// A Refusal is what an app is told if the person goes on to it.
type Refusal struct{ Code, Description string }

// ConfirmRedirect sends the browser to another site only if the person says so: it
// gets a page with the site's host and the refusal on it, and nothing moves on by
// itself. Who is no browser gets the 303; it can be misled by nobody.
func (e *Responder) ConfirmRedirect(c *gin.Context, location, name string, why Refusal) error {
	if c.GetHeader("Sec-Fetch-Dest") != "document" {
		return SeeOther(c, location)
	}
	return e.Show(c, http.StatusOK, templates.Continue{Client: name, URL: location, Ask: host(location), Code: why.Code, Description: why.Description})
}

// ConfirmFormPost is ConfirmRedirect for an answer that goes as a form. This page
// alone lets a form lead to the site, and to no other place. Where a policy cannot
// say so narrowly, the answer goes by a link: it is an error, which holds no secret.
func (e *Responder) ConfirmFormPost(c *gin.Context, address, name string, values url.Values, why Refusal) error {
	if c.GetHeader("Sec-Fetch-Dest") != "document" {
		return e.RedirectByFormPost(c, address, name, values)
	}
	source := redirecturi.FormSourceOf(address)
	if source == "" {
		return e.ConfirmRedirect(c, oauth.WithQuery(address, values), name, why)
	}
	h := c.Writer.Header()
	h.Set("Content-Security-Policy", strings.Replace(policy, "form-action 'self'", "form-action "+source, 1))
	h.Set("Referrer-Policy", "strict-origin") // as RedirectByFormPost has it, and why
	return e.Show(c, http.StatusOK, templates.Continue{
		Client: name, URL: address, Ask: host(address), Code: why.Code, Description: why.Description, Values: pairs(values),
	})
}

// host is where an address leads, as people would recognise it; for an app's
// own scheme, the scheme.
func host(location string) locales.Text {
	if end := strings.IndexAny(location, "?#"); end >= 0 {
		location = location[:end] // behind it is the answer
	}
	u, err := redirecturi.Parse(location)
	switch {
	case err != nil:
		return locales.Say("leave.unreadable-address")
	case u.Host == "":
		return locales.Stored(u.Scheme + ":")
	}
	return locales.Stored(u.HostPort())
}
