package web

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/templates"
)

// Leave sends the browser to another site, named for the person.
//
// The plain way is a 303. But browsers hold a form's Content-Security-Policy
// against every redirect that follows its POST, and nobody knows where the
// next site redirects to in turn: a hub behind a hub would be blocked. So a
// browser gets a page of its own that moves on at once, by the Refresh header
// and, should that fail, by a link; the chain ends there. Whoever is not a
// browser (it sends no Sec-Fetch-Dest) gets the 303.
func (e *Edge) Leave(c *gin.Context, location, name string) error {
	if c.GetHeader("Sec-Fetch-Dest") != "document" {
		return SeeOther(c, location)
	}
	c.Header("Refresh", "0; url="+location)
	return e.Show(c, http.StatusOK, templates.Continue{Client: name, URL: location})
}
