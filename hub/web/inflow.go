package web

import (
	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/templates"
)

// returnKey is where a request keeps the application to which its page leads back.
const returnKey = "fedhub.return"

// LeadBack makes the page of this request, also one with an error, lead back to the
// application that waits for the flow: the user can cancel on every page.
func LeadBack(c *gin.Context, flow, app string) {
	c.Set(returnKey, templates.Return{Flow: flow, App: app})
}

func leadsBack(c *gin.Context) templates.Return {
	to, _ := c.Get(returnKey)
	back, _ := to.(templates.Return)
	return back
}
