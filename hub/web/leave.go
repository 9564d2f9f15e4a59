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

// Redirect sends the browser to another site, named for the user.
//
// The simple way is a 303. But browsers apply a form's Content-Security-Policy to
// every redirect that follows its POST, and the hub does not know where the next
// site redirects to: a hub that uses another hub would be blocked. So a browser
// gets a page that ends this chain. The page continues at once by the Refresh
// header, and has a link in case that fails. Other clients (without
// Sec-Fetch-Dest) get the 303.
func (e *Responder) Redirect(c *gin.Context, location, name string) error {
	if c.GetHeader("Sec-Fetch-Dest") != "document" {
		return SeeOther(c, location)
	}
	c.Header("Refresh", "0; url="+location)
	return e.Show(c, http.StatusOK, templates.Continue{Client: name, URL: location})
}

// A Refusal is the error that an app receives if the user continues to it.
type Refusal struct{ Code, Description string }

// ConfirmRedirect sends the browser to another site only if the user confirms: a
// page shows the site's host and the error, and nothing continues by itself. A
// client that is not a browser gets the 303, because it cannot be misled.
func (e *Responder) ConfirmRedirect(c *gin.Context, location, name string, why Refusal) error {
	if c.GetHeader("Sec-Fetch-Dest") != "document" {
		return SeeOther(c, location)
	}
	return e.Show(c, http.StatusOK, templates.Continue{Client: name, URL: location, Ask: host(location), Code: why.Code, Description: why.Description})
}

// ConfirmFormPost is ConfirmRedirect for a response in a form. Only this page lets a
// form submit to the site, and to no other. If a policy cannot express that, the
// response goes by a link: it is an error, which holds no secret.
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
	h.Set("Referrer-Policy", "strict-origin") // for the same reason as in RedirectByFormPost
	return e.Show(c, http.StatusOK, templates.Continue{
		Client: name, URL: address, Ask: host(address), Code: why.Code, Description: why.Description, Values: pairs(values),
	})
}

// host is the host of a URL in a form that users recognize; for a private-use
// scheme, the scheme.
func host(location string) locales.Text {
	if end := strings.IndexAny(location, "?#"); end >= 0 {
		location = location[:end] // the response follows it
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
