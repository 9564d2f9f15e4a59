package people

import (
	"cmp"
	"errors"
	"net/http"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/operator/userfiles"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/admin"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

const (
	mostOnPage = 500 // users that one request imports
	mostShown  = 100 // results on the page
	stopImport = "users-import"
)

// ExportCSV is POST /admin/users.csv: all users as a file.
func (d *Handler) ExportCSV(c *gin.Context) error {
	return d.export(c, userfiles.CSV, "text/csv; charset=utf-8")
}

// ExportJSON is POST /admin/users.json.
func (d *Handler) ExportJSON(c *gin.Context) error {
	return d.export(c, userfiles.JSON, "application/json; charset=utf-8")
}

func (d *Handler) export(c *gin.Context, format, mime string) error {
	d.Record(c, audit.Event{Kind: audit.UsersExported, Detail: map[string]string{"format": format}})
	return admin.Download(c, d.Responder.Log, "users."+format, mime, func(part func() error) error {
		return userfiles.Write(c.Request.Context(), d.Operator, c.Writer, format, part)
	})
}

// ImportShow is GET /admin/import.
func (d *Handler) ImportShow(c *gin.Context) error {
	return d.Responder.Show(c, http.StatusOK, templates.AdminUserImport{Columns: userfiles.Columns(), Most: mostOnPage})
}

// TryImport is POST /admin/import: it shows what the file would change.
func (d *Handler) TryImport(c *gin.Context) error {
	file := web.File(c)
	page := templates.AdminUserImport{Columns: userfiles.Columns(), Most: mostOnPage}
	rows, err := userfiles.Read(file)
	switch {
	case len(file) == 0:
		page.Mistakes = []templates.Mistake{{Field: "file", Text: locales.Say("userimport.choose-a-file")}}
	case err == nil && len(rows) > mostOnPage:
		page.Mistakes = []templates.Mistake{{Field: "file", Text: locales.Say("userimport.too-many", "most", mostOnPage)}}
	case !utf8.Valid(file):
		page.Mistakes = []templates.Mistake{{Field: "file", Text: locales.Say("userimport.not-utf8")}}
	case err != nil:
		var ok bool
		if page.Mistakes, ok = web.Mistakes(err, nil); !ok {
			return err
		}
	}
	if len(page.Mistakes) > 0 {
		return d.Responder.Show(c, admin.Unprocessable, page)
	}
	if err := d.runImport(c, rows, true, &page); err != nil {
		return err
	}
	page.Stop = flows.Name()
	if err := d.Stops.Keep(c.Request.Context(), stopImport, page.Stop, d.Sessions.Browser(c.Writer, c.Request), rows); err != nil {
		return err
	}
	return d.Responder.Show(c, http.StatusOK, page)
}

// Import is POST /admin/import/confirm: it imports the file that was shown,
// once.
func (d *Handler) Import(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	var rows []userfiles.Row
	err = d.Stops.Take(c.Request.Context(), stopImport, form["stop"], d.Sessions.BoundToBrowser(c.Request), &rows)
	if errors.Is(err, flows.ErrGone) {
		page := templates.AdminUserImport{Columns: userfiles.Columns(), Most: mostOnPage, Mistakes: []templates.Mistake{{Field: "file", Text: locales.Say("userimport.gone")}}}
		return d.Responder.Show(c, admin.Unprocessable, page)
	}
	if err != nil {
		return err
	}
	page := templates.AdminUserImport{Done: true}
	if err := d.runImport(c, rows, false, &page); err != nil {
		return err
	}
	return d.Responder.Show(c, http.StatusOK, page)
}

func (d *Handler) runImport(c *gin.Context, rows []userfiles.Row, dryRun bool, page *templates.AdminUserImport) error {
	in := userfiles.Importer{Hub: d.Operator, By: d.Actor(c), DryRun: dryRun}
	return in.Import(c.Request.Context(), rows, func(r userfiles.Result) {
		row := templates.ImportRow{Line: r.Line, Email: cmp.Or(r.Email, "–"), Does: r.Does, Columns: join(r.Columns)}
		for _, p := range r.Problems {
			row.Problems = append(row.Problems, locales.Of(p))
		}
		switch r.Does {
		case userfiles.Added:
			page.Added++
		case userfiles.Changed:
			page.Changed++
		case userfiles.Refused:
			page.Refused++
			page.Rows = append(page.Rows, row)
			return
		default:
			page.Same++
			return
		}
		if len(page.Rows) < mostShown {
			page.Rows = append(page.Rows, row)
		}
	})
}
