package clientrequest

import (
	"context"
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
//
// rs/cors would be no shorter: its function for origins cannot fail as a
// database can, it answers no OPTIONS but a browser's, and it repeats the
// headers that were asked for instead of naming those that are taken.

// A Sharing is which pages of other origins may read what an endpoint answers.
type Sharing struct {
	methods, headers string
	// reader is the origin that may, "*" for all of them, "" for none.
	reader func(ctx context.Context, origin string) (string, error)
}

// Public is for what everybody may read.
func Public() Sharing {
	return Sharing{"GET", "*", func(context.Context, string) (string, error) { return "*", nil }}
}

// Registered is for what pages of the origins of clients may. Until the client
// is known it is enough that some client has the origin; HoldOrigin takes the
// header away again if it is another's. A preflight request does not say for
// which client it is.
func Registered(registry *clients.Registry) Sharing {
	return Sharing{"GET, POST", "Authorization, Content-Type, DPoP", func(ctx context.Context, origin string) (string, error) {
		if origin == "" {
			return "", nil
		}
		known, err := registry.AnyAllowsOrigin(ctx, origin)
		if !known {
			origin = ""
		}
		return origin, err
	}}
}

// Enrolling is for the registration endpoints. Where any app may register, any
// page may: it learns nothing that it could not learn without a browser.
func Enrolling(service *settings.Service) Sharing {
	return Sharing{"GET, POST, PUT, DELETE", "Authorization, Content-Type", func(ctx context.Context, _ string) (string, error) {
		current, err := service.Current(ctx)
		if err != nil || current.Registration != settings.RegistrationOpen {
			return "", err
		}
		return "*", nil
	}}
}

// Share wraps an endpoint.
func (s Sharing) Share(handle web.HandlerFunc) web.HandlerFunc {
	return func(c *gin.Context) error {
		if _, err := s.share(c); err != nil {
			return err
		}
		return handle(c)
	}
}

// share names who may read the answer, if anybody may.
func (s Sharing) share(c *gin.Context) (bool, error) {
	origin := c.GetHeader("Origin")
	reader, err := s.reader(c.Request.Context(), origin)
	if origin != "" && reader != "*" {
		c.Writer.Header().Add("Vary", "Origin")
	}
	if reader == "" || err != nil {
		return false, err
	}
	c.Header("Access-Control-Allow-Origin", reader)
	c.Header("Access-Control-Expose-Headers", "WWW-Authenticate, DPoP-Nonce")
	return true, nil
}

// Preflight answers what a browser asks before it lets a page call the endpoint
// (Fetch, CORS-preflight fetch).
func (s Sharing) Preflight(c *gin.Context) error {
	may, err := s.share(c)
	if err != nil {
		return err
	}
	if may {
		c.Header("Access-Control-Allow-Methods", s.methods)
		c.Header("Access-Control-Allow-Headers", s.headers)
		c.Header("Access-Control-Max-Age", "600")
	}
	c.Status(http.StatusNoContent)
	return nil
}

// HoldOrigin holds the origin against the client that the request is about.
func HoldOrigin(c *gin.Context, client clients.Client) {
	if origin := c.GetHeader("Origin"); origin != "" && !client.AllowsOrigin(origin) {
		c.Writer.Header().Del("Access-Control-Allow-Origin")
	}
}
