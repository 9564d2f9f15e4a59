package operations

import (
	"io/fs"
	"net/http"
	"net/url"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/traces"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/admin"
	"github.com/fedhub/fedhub/internal/texts"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// maxEvents bounds the audit events shown with a trace.
const maxEvents = 100

// LoginTrace is GET /admin/sign-in-log/{ref}: one sign-in, step by step.
func (d *Handler) LoginTrace(c *gin.Context) error {
	ctx := c.Request.Context()
	ref, ok := traces.ParseReference(c.Param("ref"))
	if !ok {
		return web.NotFound(fs.ErrNotExist)
	}
	found, err := d.Traces.ByReference(ctx, ref)
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return web.SeeOther(c, "/admin/sign-in-log?"+url.Values{"ref": {ref}}.Encode()) // that page reports that there is no such trace
	}
	t := found[0]
	names, err := d.traceNames(ctx, t.Client)
	if err != nil {
		return err
	}
	page := tracePage(t)
	page.Client = named(names.clients, t.Client, "/admin/clients/")
	page.Key = named(names.keys, t.LoginKey, "/admin/providers/")
	if user, ok := d.traceUser(ctx, t); ok {
		page.Person = templates.Action{Label: admin.Account(user), URL: "/admin/users/" + templates.Segment(user.ID)}
	}
	events, err := d.Audit.ByRef(ctx, t.Ref, maxEvents)
	if err != nil {
		return err
	}
	for _, e := range events {
		page.Events = append(page.Events, templates.TraceEvent{Time: e.Time, Kind: e.Kind, Text: locales.From(func(words texts.Words) string { return traces.Redact(e.Words(words)) })})
	}
	return d.Responder.Show(c, http.StatusOK, page)
}

// named links to a record by its name; a deleted record has no link.
func named(names map[string]string, id, under string) templates.Action {
	if _, found := names[id]; !found {
		return templates.Action{Label: locales.Stored(id)}
	}
	return templates.Action{Label: locales.Stored(nameOf(names, id)), URL: under + templates.Segment(id)}
}

// tracePage has the values that come from the trace itself.
func tracePage(t traces.Trace) templates.AdminTrace {
	page := templates.AdminTrace{Ref: t.Ref, State: traceState(t), Began: t.Began, Omitted: t.Omitted, Until: t.Expires, From: hop(t.From, t.Ref), To: hop(t.To, t.Ref)}
	mistake, failed := t.Mistake()
	if failed {
		page.Why = locales.From(mistake.Words)
	}
	if fix, ok := t.Fix(); ok {
		page.Fix = templates.Action{Label: locales.Of(fix.Label), URL: fix.Path}
	}
	for _, s := range t.Steps {
		step := templates.TraceStep{Title: locales.Of(s.Title()), Tone: tones[s.Outcome], Text: locales.From(s.Words), At: locales.Say("trace.steps-at", "took", locales.Took(s.Time.Sub(t.Began))),
			Failed: failed && s.Time.Equal(mistake.Time) && s.What == mistake.What}
		if s.Took >= time.Millisecond {
			step.Took = locales.Took(s.Took)
		}
		for _, f := range s.Facts {
			step.Facts = append(step.Facts, templates.Fact(f.Name, f.Value))
		}
		page.Steps = append(page.Steps, step)
	}
	if len(t.Steps) > 1 {
		page.Took = locales.Took(t.Steps[len(t.Steps)-1].Time.Sub(t.Steps[0].Time))
	}
	return page
}

var tones = map[string]string{traces.OK: "ok", traces.Failed: "danger"}

// hop links to the same sign-in at another hub: by that hub's reference, or
// else by ours, which that hub received.
func hop(h traces.Hop, ours string) templates.Action {
	if h.Base == "" {
		return templates.Action{}
	}
	if h.Ref == "" {
		return templates.Action{Label: locales.Stored(h.Base), URL: h.Base + "/admin/sign-in-log?ref=" + url.QueryEscape(ours)}
	}
	return templates.Action{Label: locales.Say("trace.reference", "base", h.Base, "ref", h.Ref), URL: h.Base + "/admin/sign-in-log/" + url.PathEscape(h.Ref)}
}
