package admin

import (
	"context"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/web"
)

// AskAgain is POST /admin/keys/{id}/join: the primary is asked (again) to let
// us in, with an invite code if there is one.
func (d *Handler) AskAgain(c *gin.Context) error {
	form, key, err := d.formOnKey(c)
	if err != nil {
		return err
	}
	if key.Kind != federation.KindPeer {
		return web.NotFound(nil)
	}
	if key, err = d.join(c.Request.Context(), key.ID, form["invite"]); err != nil {
		return err
	}
	d.record(c, audit.Event{Kind: audit.KeyChanged, LoginKey: key.ID, Detail: map[string]string{"join": string(key.Join.Status)}})
	return web.SeeOther(c, "/admin/keys/"+key.ID+"?done=asked")
}

func (d *Handler) join(ctx context.Context, id, invite string) (federation.LoginKey, error) {
	if _, err := d.Upstreams.Join(ctx, id, invite); err != nil {
		return federation.LoginKey{}, err
	}
	return d.Upstreams.Get(ctx, id)
}
