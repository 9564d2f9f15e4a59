package authorize

import (
	"errors"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients/metadatadoc"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/web"
)

// resolveClient registers an unknown client whose ID is the URL of its metadata
// document. Errors in the document must not be sent to the client, because its
// redirect URI comes from that document.
func (d *Handler) resolveClient(c *gin.Context, id string) error {
	added, err := d.Requests.Meet(c.Request.Context(), id, func() error {
		if !d.Fetches.Allow(c.ClientIP()) {
			return web.TooMany(time.Minute)
		}
		return nil
	})
	var fault *metadatadoc.Error
	if errors.As(err, &fault) {
		return misconfigured(oauth.InvalidRequest("oauth.document.client", "cause", fault).Because(err))
	}
	if added {
		d.Audit.Record(c.Request.Context(), audit.Event{Kind: audit.ClientRegistered, Client: id, IP: c.ClientIP(), Ref: web.Ref(c), Detail: map[string]string{"by": "client.by.document"}})
	}
	return err
}
