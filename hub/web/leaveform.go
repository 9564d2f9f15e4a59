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
// Post Response Mode): by a script, or by its button where scripts do not run.
//
// The policy differs from that of other pages. One script runs, by an unguessable
// nonce. The form may submit to any site: browsers apply form-action also to every
// redirect that follows, and the hub cannot know where the next site redirects to
// (see Redirect). Only the form's own URL sets the destination, and it is
// registered.
func (e *Responder) RedirectByFormPost(c *gin.Context, address, name string, values url.Values) error {
	nonce := rand.Text()
	h := c.Writer.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self' 'nonce-"+nonce+"'; img-src 'self' data:; "+
		"form-action *; base-uri 'none'; frame-ancestors 'none'")
	// Without a referrer the browser sends Origin null for the form, which a
	// site cannot tell from an attacker's form.
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
