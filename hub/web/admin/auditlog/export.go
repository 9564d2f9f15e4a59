package auditlog

import (
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/operator/auditlog"
	"github.com/fedhub/fedhub/hub/web"
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

// partTime is how long the browser may take to receive a part of an export.
const partTime = 30 * time.Second

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
	h := c.Writer.Header()
	h.Set("Content-Type", mime)
	h.Set("Content-Disposition", `attachment; filename="audit.`+format+`"`)
	h.Set("Cache-Control", "no-store")
	ctx := c.Request.Context()
	respond := http.NewResponseController(c.Writer)
	err = d.Log.ExportAudit(ctx, d.Actor(c), f, format, templates.Sentence, c.Writer, func() error {
		_ = respond.SetWriteDeadline(time.Now().Add(partTime)) // not every server has one
		return respond.Flush()
	})
	if err != nil && c.Writer.Written() {
		d.Responder.Log.ErrorContext(ctx, "an export of the audit log broke off", "ref", web.Ref(c), "error", err)
		panic(http.ErrAbortHandler) // a cut file must not look whole
	}
	return err
}
