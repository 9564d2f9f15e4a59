// Package auditlog has the administration pages for the audit log.
package auditlog

import (
	"errors"
	"io/fs"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/operator/auditlog"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/traces"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/admin"
	"github.com/fedhub/fedhub/templates"
)

// A Handler shows and exports the audit log.
type Handler struct {
	admin.Recorder
	Log       *auditlog.Log
	Clients   *clients.Registry
	Upstreams *federation.Registry
	Settings  *settings.Service
	Traces    *traces.Service
	Responder *web.Responder
}

const auditPage = "/admin/audit"

// perPage is the number of events per page. A page with long names stays under 60
// KB.
const perPage = 25

// List is GET /admin/audit: the events that the filter in the URL selects, the
// newest first.
func (d *Handler) List(c *gin.Context) error {
	ctx := c.Request.Context()
	page := templates.AdminAudit{Filter: typed(c.Query), Later: c.Query("before") != ""}
	status := http.StatusOK
	f, err := d.filter(ctx, page.Filter)
	if wrong := new(mistakes); errors.As(err, &wrong) {
		page.Mistakes, status = *wrong, admin.Unprocessable
	} else if err != nil {
		return err
	} else if err := d.fillRows(c, f, &page); err != nil {
		return err
	}
	s, err := d.Settings.Current(ctx)
	if err != nil {
		return err
	}
	page.Days = s.AuditKept()
	if err := d.fillChoices(ctx, &page); err != nil {
		return err
	}
	return d.Responder.Show(c, status, page)
}

func (d *Handler) fillRows(c *gin.Context, f audit.Filter, page *templates.AdminAudit) error {
	ctx := c.Request.Context()
	found, next, err := d.Log.AuditEvents(ctx, f, c.Query("before"), perPage)
	if err != nil {
		return err
	}
	parties, err := d.Log.AuditParties(ctx, found)
	if err != nil {
		return err
	}
	for i, e := range found {
		page.Rows = append(page.Rows, short(rowOf(e, parties[i])))
	}
	q := query(page.Filter)
	page.Newest = auditPage + "?" + q.Encode()
	if next != "" {
		q.Set("before", next)
		page.Older = auditPage + "?" + q.Encode()
	}
	return nil
}

// Event is GET /admin/audit/{id}: everything about one event.
func (d *Handler) Event(c *gin.Context) error {
	ctx := c.Request.Context()
	e, err := d.Log.AuditEvent(ctx, c.Param("id"))
	if errors.Is(err, fs.ErrNotExist) {
		return web.NotFound(err)
	}
	if err != nil {
		return err
	}
	parties, err := d.Log.AuditParties(ctx, []audit.Event{e})
	if err != nil {
		return err
	}
	page := templates.AdminAuditEvent{AuditRow: rowOf(e, parties[0]), Facts: facts(e)}
	if ref, ok := traces.ParseReference(e.Ref); ok {
		found, err := d.Traces.ByReference(ctx, ref)
		if err != nil {
			return err
		}
		if len(found) > 0 {
			page.Trace = "/admin/sign-in-log/" + url.PathEscape(found[0].Ref)
		}
	}
	return d.Responder.Show(c, http.StatusOK, page)
}
