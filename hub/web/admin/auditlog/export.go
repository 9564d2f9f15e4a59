package auditlog

import (
	"errors"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/operator/auditlog"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/admin"
	"github.com/fedhub/fedhub/templates"
)

// CSV is POST /admin/audit.csv: the events of the filter in the form, as a file. It
// is a POST because it is audited.
func (d *Handler) CSV(c *gin.Context) error {
	return d.export(c, auditlog.CSV, "text/csv; charset=utf-8")
}

// NDJSON is POST /admin/audit.ndjson.
func (d *Handler) NDJSON(c *gin.Context) error {
	return d.export(c, auditlog.NDJSON, "application/x-ndjson")
}

func (d *Handler) export(c *gin.Context, format, mime string) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	of := typed(func(name string) string { return form[name] })
	f, err := d.filter(c.Request.Context(), of)
	if errors.As(err, new(*mistakes)) {
		return web.SeeOther(c, auditPage+"?"+query(of).Encode()) // which shows them
	}
	if err != nil {
		return err
	}
	return admin.Download(c, d.Responder.Log, "audit."+format, mime, func(part func() error) error {
		return d.Log.ExportAudit(c.Request.Context(), d.Actor(c), f, format, templates.Sentence, c.Writer, part)
	})
}
