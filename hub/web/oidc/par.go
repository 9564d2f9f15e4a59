package oidc

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/authrequest"
	"github.com/fedhub/fedhub/hub/web"
)

// Push is the pushed authorization request endpoint (RFC 9126 §2): the client
// authenticates as at the token endpoint, and the request is checked as at the
// authorization endpoint, before the browser is involved.
func (d *Handler) Push(c *gin.Context) error {
	d.Authenticator.OfferNonce(c)
	client, form, err := d.Authenticator.Request(c)
	if err != nil {
		return err
	}
	if client.Public() && !d.Pushes.Allow(c.ClientIP()) {
		return web.TooMany(time.Minute) // each is stored, and anyone can be a public client
	}
	// RFC 9449 §10.1: a proof binds the code to its key.
	jkt, err := d.Authenticator.CheckProof(c, client, "")
	if err != nil {
		return err
	}
	uri, err := d.Requests.Push(c.Request.Context(), client, form, jkt)
	if err != nil {
		return err
	}
	c.JSON(http.StatusCreated, gin.H{"request_uri": uri, "expires_in": int(authrequest.PushedLife / time.Second)}) // §2.2
	return nil
}
