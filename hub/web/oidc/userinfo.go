package oidc

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/oauth"
)

// Userinfo is the endpoint of OIDC Core §5.3, by GET or POST.
func (d *Handler) Userinfo(c *gin.Context) error {
	d.Authenticator.OfferNonce(c)
	holder, client, err := d.holder(c)
	if err != nil {
		return err
	}
	if holder.AccessTokenClaims.Family == "" || !oauth.Covers(holder.Scopes(), []string{"openid"}) {
		return oauth.InsufficientScope("openid")
	}
	body, mediaType, err := d.Tokens.Userinfo(c.Request.Context(), holder, client)
	if err != nil {
		return err
	}
	d.SiteSetups.Userinfo(c.Request.Context(), client)
	c.Data(http.StatusOK, mediaType, body)
	return nil
}
