package web

import (
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/templates"
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

// ConfirmRedirect sends the browser to another site only if the person says so: it
// gets the page of Leave with the site's host on it, and nothing moves on by
// itself. Who is no browser gets the 303; it can be misled by nobody.
func (e *Responder) ConfirmRedirect(c *gin.Context, location, name string) error {
	if c.GetHeader("Sec-Fetch-Dest") != "document" {
		return SeeOther(c, location)
	}
	return e.Show(c, http.StatusOK, templates.Continue{Client: name, URL: location, Ask: host(location)})
}

// host is where an address leads, as people would recognise it; for an app's
// own scheme, the scheme.
func host(location string) string {
	u, err := url.Parse(location)
	switch {
	case err != nil:
		return "an address that cannot be read"
	case u.Host == "":
		return u.Scheme + ":"
	}
	return u.Host
}
