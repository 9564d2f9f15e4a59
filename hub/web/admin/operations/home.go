package operations

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients/tally"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/readiness"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/admin"
	"github.com/fedhub/fedhub/templates"
)

// Home is GET /admin: what needs attention.
func (d *Handler) Home(c *gin.Context) error {
	ctx := c.Request.Context()
	warnings, err := d.Monitor.Warnings(ctx)
	if err != nil {
		return err
	}
	skewed, err := d.Readiness.Skewed(ctx)
	if err != nil {
		return err
	}
	page := templates.AdminHome{Warnings: slices.Concat(damagedRecords(d.Damaged()), skewedClocks(skewed), admin.Attentions(warnings))}
	if page.Checked, err = d.Monitor.Done(ctx); err != nil {
		return err
	}
	keys, err := d.Upstreams.Enabled(ctx)
	if err != nil {
		return err
	}
	count, err := tally.Of(ctx, d.Clients)
	if err != nil {
		return err
	}
	page.Facts = []templates.Pair{
		{Name: amount(count.Apps, "application"), Value: "/admin/clients"},
		{Name: amount(len(keys), "login key") + " in use", Value: "/admin/keys"},
		{Name: amount(count.Servers, "server") + ", " + strconv.Itoa(count.Waiting) + " waiting for approval", Value: "/admin/servers"},
	}
	return d.Responder.Show(c, http.StatusOK, page)
}

func damagedRecords(all []store.Damage) []templates.Attention {
	var out []templates.Attention
	for _, r := range all {
		out = append(out, templates.Attention{About: "A record of the set " + r.Set, Urgent: true,
			Text: "The record " + r.ID + " of the set " + r.Set + " cannot be read. Lists leave it out, and what needs it is refused.",
			Do:   "fedhub doctor says why. Mend it in the database, or remove it with fedhub db delete."})
	}
	return out
}

func skewedClocks(all []readiness.Proof) []templates.Attention {
	var out []templates.Attention
	for _, p := range all {
		than := "ahead of"
		if p.Skew() < 0 {
			than = "behind"
		}
		out = append(out, templates.Attention{About: "The clock of " + p.Host,
			Text: "It is " + p.Skew().Abs().Round(time.Second).String() + " " + than + " the database's.",
			Do:   "Let both machines set their clocks by NTP. Until then this hub goes by the database's."})
	}
	return out
}

func amount(n int, name string) string {
	if n == 1 {
		return "1 " + name
	}
	return strconv.Itoa(n) + " " + name + "s"
}

// CheckNow is POST /admin/check: everything is looked at now.
func (d *Handler) CheckNow(c *gin.Context) error {
	if err := d.Monitor.Check(c.Request.Context()); err != nil {
		return err
	}
	d.Record(c, audit.Event{Kind: audit.Watched})
	return web.SeeOther(c, "/admin")
}
