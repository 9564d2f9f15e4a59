package clientrequest

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/web"
)

// Pages of other origins may call the endpoints that a browser app needs, and
// read the responses, if the origin is registered for the client (RFC 9700
// §2.6). Cookies are not sent: no endpoint here reads one, and
// Access-Control-Allow-Credentials is never set.
//
// rs/cors would not make this shorter: its origin function cannot return a
// database error, it answers only a browser's OPTIONS requests, and it echoes
// the requested headers instead of listing the accepted ones.

// A Sharing says which pages of other origins may read an endpoint's response.
type Sharing struct {
	methods, headers string
	// reader is the allowed origin, "*" for all of them, "" for none.
	reader func(ctx context.Context, origin string) (string, error)
}

// Public allows all origins.
func Public() Sharing {
	return Sharing{"GET", "*", func(context.Context, string) (string, error) { return "*", nil }}
}

// Registered allows the origins of clients. Until the client is known, the
// origin of any client is enough; HoldOrigin removes the header again if it is
// another client's. A preflight request does not name its client.
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

// Enrolling is for the registration endpoints. With open registration every
// origin is allowed: a page learns nothing that any other program could not.
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

// share sets the origin that may read the response, if there is one.
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

// Preflight answers a browser's preflight request (Fetch, CORS-preflight
// fetch).
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

// HoldOrigin checks the origin against the client of the request.
func HoldOrigin(c *gin.Context, client clients.Client) {
	if origin := c.GetHeader("Origin"); origin != "" && !client.AllowsOrigin(origin) {
		c.Writer.Header().Del("Access-Control-Allow-Origin")
	}
}
