package operations

import (
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients/tally"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/readiness"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/admin"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
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
	waiting, err := d.Users.Waiting(ctx, mostWaiting+1)
	if err != nil {
		return err
	}
	page := templates.AdminHome{Warnings: slices.Concat(damagedRecords(d.Damaged()), skewedClocks(skewed), waitingUsers(len(waiting)), admin.Attentions(warnings))}
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
	page.Facts = []templates.Action{
		{Label: locales.Say("home.applications", "count", count.Apps), URL: "/admin/clients"},
		{Label: locales.Say("home.keys", "count", len(keys)), URL: "/admin/providers"},
		{Label: locales.Say("home.servers", "count", count.Servers, "waiting", count.Waiting), URL: "/admin/hubs"},
	}
	return d.Responder.Show(c, http.StatusOK, page)
}

func damagedRecords(all []store.Damage) []templates.Attention {
	var out []templates.Attention
	for _, r := range all {
		out = append(out, templates.Attention{About: locales.Say("home.a-record-of-the-set", "set", r.Set), Urgent: true,
			Text: locales.Say("home.the-record-of-the-set", "id", r.ID, "set", r.Set),
			Do:   locales.Say("home.fedhub-doctor-says-why-mend")})
	}
	return out
}

// mostWaiting bounds the count of users who wait for approval.
const mostWaiting = 50

func waitingUsers(count int) []templates.Attention {
	if count == 0 {
		return nil
	}
	text := locales.Say("home.waiting-text", "count", count)
	if count > mostWaiting {
		text = locales.Say("home.waiting-text-many", "count", mostWaiting)
	}
	return []templates.Attention{{About: locales.Say("home.waiting"), Text: text, Do: locales.Say("home.waiting-do"), URL: "/admin/users"}}
}

func skewedClocks(all []readiness.Proof) []templates.Attention {
	var out []templates.Attention
	for _, p := range all {
		than := "home.clock-ahead"
		if p.Skew() < 0 {
			than = "home.clock-behind"
		}
		out = append(out, templates.Attention{About: locales.Say("home.the-clock-of", "host", p.Host),
			Text: locales.Say(than, "duration", p.Skew().Abs().Round(time.Second).String()),
			Do:   locales.Say("home.let-both-machines-set-their")})
	}
	return out
}

// CheckNow is POST /admin/check: it runs all checks now.
func (d *Handler) CheckNow(c *gin.Context) error {
	if err := d.Monitor.Check(c.Request.Context()); err != nil {
		return err
	}
	d.Record(c, audit.Event{Kind: audit.Watched})
	return web.SeeOther(c, "/admin")
}
