package admin

import (
	"strconv"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/logouts"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/templates"
)

// logouts says how telling the client of logouts goes; nil where nobody asked
// for that.
func (d *Handler) logouts(c *gin.Context, client clients.Client) (*templates.ClientLogouts, error) {
	if client.BackchannelLogoutURI == "" {
		return nil, nil
	}
	r, err := d.Logouts.Report(c.Request.Context(), client.ID)
	if err != nil {
		return nil, err
	}
	page := &templates.ClientLogouts{Told: r.Told, Failed: r.Failed, Error: r.Error, Next: r.Next, Waiting: strconv.Itoa(r.Waiting)}
	if r.Waiting == logouts.MostCounted {
		page.Waiting += " or more"
	}
	if r.Waiting > 0 {
		page.Try = clientPath(client.ID) + "/logouts"
	}
	return page, nil
}

// TryLogouts is POST /admin/clients/{id}/logouts: what waits is sent at once.
func (d *Handler) TryLogouts(c *gin.Context) error {
	client, err := d.application(c)
	if err != nil {
		return err
	}
	if err := d.Logouts.TryNow(c.Request.Context(), client.ID); err != nil {
		return err
	}
	d.record(c, audit.Event{Kind: audit.LogoutsTried, Client: client.ID, Target: client.Name})
	return web.SeeOther(c, clientPath(client.ID)+"?done=tried")
}
