// Package apps has the administration pages for applications, their secrets,
// and the setup of Frappe sites.
package apps

import (
	"io/fs"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/clients/frappe"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/logouts"
	"github.com/fedhub/fedhub/hub/operator"
	"github.com/fedhub/fedhub/hub/sitesetup"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/admin"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// A Handler shows and changes applications.
type Handler struct {
	admin.Recorder
	Operator   *operator.Service
	Issuer     string
	Clients    *clients.Registry
	Sites      *frappe.Service
	ClientAuth *clientauth.Verifier
	Logouts    *logouts.Service
	SiteSetups *sitesetup.Service
	HTTP       *http.Client // guarded
	Algs       []string     // the hub's signing algorithms for apps
	Responder  *web.Responder
	Now        func() time.Time
}

// application is the client with the id in the path. Connected hubs are not
// found here, because they have other settings.
func (d *Handler) application(c *gin.Context) (clients.Client, error) {
	client, err := d.Clients.Lookup(c.Request.Context(), c.Param("id"))
	if err == nil && client.Server != nil {
		err = fs.ErrNotExist
	}
	return client, err
}

// formOnApplication handles a form about the client with the id in the path.
func (d *Handler) formOnApplication(c *gin.Context) (map[string]string, clients.Client, error) {
	form, err := web.Form(c)
	if err != nil {
		return nil, clients.Client{}, err
	}
	client, err := d.application(c)
	return form, client, err
}

// logouts is the state of logout notices to the client; nil if the client did
// not register for them.
func (d *Handler) logouts(c *gin.Context, client clients.Client) (*templates.ClientLogouts, error) {
	if client.BackchannelLogoutURI == "" {
		return nil, nil
	}
	r, err := d.Logouts.Report(c.Request.Context(), client.ID)
	if err != nil {
		return nil, err
	}
	page := &templates.ClientLogouts{Told: r.Told, Failed: r.Failed, Error: locales.From(r.Words), Next: r.Next, Waiting: locales.Say("client.logouts-waiting", "count", r.Waiting)}
	if r.Waiting == logouts.MostCounted {
		page.Waiting = locales.Say("client.logouts-waiting-or-more", "count", r.Waiting)
	}
	if r.Waiting > 0 {
		page.Try = admin.ClientPath(client.ID) + "/logouts"
	}
	return page, nil
}

// TryLogouts is POST /admin/clients/{id}/logouts: it sends pending notices now.
func (d *Handler) TryLogouts(c *gin.Context) error {
	client, err := d.application(c)
	if err != nil {
		return err
	}
	if err := d.Logouts.TryNow(c.Request.Context(), client.ID); err != nil {
		return err
	}
	d.Record(c, audit.Event{Kind: audit.LogoutsTried, Client: client.ID, Target: client.Name})
	return web.SeeOther(c, admin.ClientPath(client.ID)+"?done=tried")
}
