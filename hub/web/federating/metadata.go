package federating

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
func (h *Handler) Metadata(c *gin.Context) error {
	key, err := h.Upstreams.Get(c.Request.Context(), c.Param("key"))
	if err != nil {
		return err
	}
	if key.Kind != federation.KindPeer {
		return web.NotFound(nil)
	}
	current, err := h.Settings.Current(c.Request.Context())
	if err != nil {
		return err
	}
	c.Header("Cache-Control", "public, max-age=60")
	c.Writer.Header().Del("Pragma")
	c.JSON(http.StatusOK, peer.Metadata(peer.About{
		ClientID:    h.Issuer + "/oauth2/client-metadata/" + key.ID,
		Name:        current.HubName,
		Issuer:      h.Issuer,
		Callback:    h.Issuer + "/signin/from/" + key.ID,
		SignedOut:   h.Issuer + "/signed-out",
		Backchannel: h.Issuer + "/oauth2/backchannel/" + key.ID,
		JWKSURI:     h.Issuer + "/oauth2/jwks",
	}))
	return nil
}
