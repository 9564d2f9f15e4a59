package oidc

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/tokens"
)

// Userinfo is the endpoint of OIDC Core §5.3, by GET or POST.
func (d *Door) Userinfo(c *gin.Context) error {
	d.offerNonce(c)
	holder, _, err := d.holder(c)
	if err != nil {
		return err
	}
	if holder.Access.Family == "" || !oauth.Covers(holder.Scopes(), []string{"openid"}) {
		return oauth.InsufficientScope("the access token was not issued for the scope openid", "openid")
	}
	c.JSON(http.StatusOK, tokens.UserClaims(holder.User, holder.Scopes()))
	return nil
}
