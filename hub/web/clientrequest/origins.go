package clientrequest

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/web"
)

// Pages of other origins may call the machine endpoints that an app in a
// browser needs, and read what they answer, if the origin is registered for
// the client (RFC 9700 §2.6). No cookie travels: nothing here looks at one,
// and Access-Control-Allow-Credentials is never sent.

const (
	corsHeaders = "Authorization, Content-Type, DPoP"
	corsExposed = "WWW-Authenticate, DPoP-Nonce"
)

// Origins decides which pages of other origins may read an answer.
type Origins struct {
	Clients  *clients.Registry
	Settings *settings.Service
}

// Shared wraps an endpoint that registered origins may call. Until the client
// is known it is enough that some client has the origin; HoldOrigin takes the
// header away again if it is another's.
func (o *Origins) Shared(handle web.HandlerFunc) web.HandlerFunc {
	return func(c *gin.Context) error {
		if _, err := o.share(c); err != nil {
			return err
		}
		return handle(c)
	}
}

// share names the origin in the answer if it is somebody's.
func (o *Origins) share(c *gin.Context) (bool, error) {
	origin := c.GetHeader("Origin")
	if origin == "" {
		return false, nil
	}
	c.Writer.Header().Add("Vary", "Origin")
	known, err := o.Clients.AnyAllowsOrigin(c.Request.Context(), origin)
	if !known || err != nil {
		return false, err
	}
	c.Header("Access-Control-Allow-Origin", origin)
	c.Header("Access-Control-Expose-Headers", corsExposed)
	return true, nil
}

// HoldOrigin holds the origin against the client that the request is about.
func HoldOrigin(c *gin.Context, client clients.Client) {
	if origin := c.GetHeader("Origin"); origin != "" && !client.AllowsOrigin(origin) {
		c.Writer.Header().Del("Access-Control-Allow-Origin")
	}
}

// Preflight answers what a browser asks before it lets a page call an endpoint
// (Fetch, CORS-preflight fetch). It does not say for which client.
func (o *Origins) Preflight(c *gin.Context) error {
	known, err := o.share(c)
	if err != nil {
		return err
	}
	if known {
		c.Header("Access-Control-Allow-Methods", "GET, POST")
		c.Header("Access-Control-Allow-Headers", corsHeaders)
		c.Header("Access-Control-Max-Age", "600")
	}
	c.Status(http.StatusNoContent)
	return nil
}

// PreflightPublic is Preflight of what everybody may read.
func (o *Origins) PreflightPublic(c *gin.Context) error {
	c.Header("Access-Control-Allow-Origin", "*")
	c.Header("Access-Control-Allow-Methods", "GET")
	c.Header("Access-Control-Allow-Headers", "*")
	c.Header("Access-Control-Max-Age", "600")
	c.Status(http.StatusNoContent)
	return nil
}

// Enrolling wraps the registration endpoints. Where any app may register, any
// page may: it learns nothing that it could not learn without a browser.
func (o *Origins) Enrolling(handle web.HandlerFunc) web.HandlerFunc {
	return func(c *gin.Context) error {
		current, err := o.Settings.Current(c.Request.Context())
		if err != nil {
			return err
		}
		if current.Registration == settings.RegistrationOpen {
			c.Header("Access-Control-Allow-Origin", "*")
			c.Header("Access-Control-Expose-Headers", corsExposed)
		}
		return handle(c)
	}
}

// PreflightEnrolling is Preflight of the registration endpoints.
func (o *Origins) PreflightEnrolling(c *gin.Context) error {
	return o.Enrolling(func(c *gin.Context) error {
		if c.Writer.Header().Get("Access-Control-Allow-Origin") != "" {
			c.Header("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE")
			c.Header("Access-Control-Allow-Headers", "Authorization, Content-Type")
			c.Header("Access-Control-Max-Age", "600")
		}
		c.Status(http.StatusNoContent)
		return nil
	})(c)
}
