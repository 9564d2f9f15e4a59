package authorize

import (
	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/web"
)

// Cancel is POST /signin/cancel: on any page of a flow the user goes back to the
// application, which gets access_denied (RFC 6749 §4.1.2.1).
func (d *Handler) Cancel(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	flow, err := d.Flows.Open(ctx, form["flow"], d.Sessions.BoundToBrowser(c.Request))
	if err != nil {
		return err
	}
	if flow.Denied { // sent twice
		return web.SeeOther(c, flows.Back(flow.ID))
	}
	p, err := d.person(c)
	if err != nil {
		return err
	}
	if err := d.Flows.Deny(ctx, flow.ID); err != nil {
		return err
	}
	event := audit.Event{Kind: audit.ConsentDenied, Client: flow.Request.ClientID, IP: c.ClientIP(), Agent: c.Request.UserAgent(), Ref: web.Ref(c)}
	if p != nil {
		event.Actor = p.User.ID
	}
	d.Audit.Record(ctx, event)
	return web.SeeOther(c, flows.Back(flow.ID))
}
