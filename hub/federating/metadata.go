package signin

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/peer"
	"github.com/fedhub/fedhub/hub/web"
)

// Metadata is GET /oauth2/client-metadata/{key}: what this hub tells a primary
// about itself (OAuth Client ID Metadata Document). The address is our client
// id there.
func (d *Door) Metadata(c *gin.Context) error {
	key, err := d.Upstreams.Get(c.Request.Context(), c.Param("key"))
	if err != nil {
		return err
	}
	if key.Kind != federation.KindPeer {
		return web.NotFound(nil)
	}
	current, err := d.Settings.Current(c.Request.Context())
	if err != nil {
		return err
	}
	c.Header("Cache-Control", "public, max-age=60")
	c.Writer.Header().Del("Pragma")
	c.JSON(http.StatusOK, peer.Metadata(peer.About{
		ClientID:    d.Issuer + "/oauth2/client-metadata/" + key.ID,
		Name:        current.HubName,
		Issuer:      d.Issuer,
		Callback:    d.Issuer + "/signin/from/" + key.ID,
		SignedOut:   d.Issuer + "/signed-out",
		Backchannel: d.Issuer + "/oauth2/backchannel/" + key.ID,
		JWKSURI:     d.Issuer + "/oauth2/jwks",
	}))
	return nil
}
