package web

import (
	"crypto/rand"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/templates"
)

// RedirectByFormPost sends the browser to another site with a form (OAuth 2.0 Form
// Post Response Mode): by itself where scripts run, else by its button.
//
// The page's policy differs from every other's. One script runs, by a nonce
// that nobody can guess. And the form may lead anywhere: browsers hold
// form-action against every redirect that follows too, and where the next
// site sends people in turn cannot be known (see Leave). Nothing on the page
// but the form's own address says where it leads, and that one is registered.
func (e *Responder) RedirectByFormPost(c *gin.Context, address, name string, values url.Values) error {
	nonce := rand.Text()
	h := c.Writer.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self' 'nonce-"+nonce+"'; img-src 'self' data:; "+
		"form-action *; base-uri 'none'; frame-ancestors 'none'")
	// Without a referrer a browser would name the form's origin as null, which
	// no site can tell from a stranger's.
	h.Set("Referrer-Policy", "strict-origin")
	return e.show(c, http.StatusOK, templates.FormPost{Client: name, URL: address, Values: pairs(values)}, nonce)
}

func pairs(values url.Values) []templates.Pair {
	var all []templates.Pair
	for _, name := range slices.Sorted(maps.Keys(values)) {
		all = append(all, templates.Pair{Name: name, Value: values.Get(name)})
	}
	return all
}
