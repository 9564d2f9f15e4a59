package federating

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/hubaddress"
	"github.com/fedhub/fedhub/federation/peer"
	"github.com/fedhub/fedhub/hub/web"
)

// Metadata is GET /oauth2/client-metadata/{key}: this hub's metadata for a
// primary hub (OAuth Client ID Metadata Document). Its address is our client id
// there.
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
	ours := hubaddress.Hub(h.Issuer)
	c.JSON(http.StatusOK, peer.Metadata(peer.About{
		ClientID:    ours.Metadata(key.ID),
		Name:        current.HubName,
		Issuer:      h.Issuer,
		Callback:    ours.Callback(key.ID),
		SignedOut:   ours.SignedOut(),
		Backchannel: ours.Backchannel(key.ID),
		JWKSURI:     ours.Keys(),
	}))
	return nil
}
