package operations

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/traces"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/admin"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// perPage is the number of traces per page.
const perPage = 50

// LoginTraces is GET /admin/sign-in-log: the newest traces, or the one with a reference.
func (d *Handler) LoginTraces(c *gin.Context) error {
	page := templates.AdminTraces{
		Ref: strings.TrimSpace(c.Query("ref")), Failed: c.Query("failed") == "1",
		Client: c.Query("client"), Key: c.Query("key"), Person: strings.TrimSpace(c.Query("person")),
	}
	names, err := d.traceNames(c.Request.Context(), page.Client)
	if err != nil {
		return err
	}
	page.Clients, page.Keys = choices(names.clients, locales.Say("traces.any-application")), choices(names.keys, locales.Say("traces.any-login-key"))
	s, err := d.Settings.Current(c.Request.Context())
	if err != nil {
		return err
	}
	page.Off, page.Days = s.TraceMode() == settings.TraceOff, s.TraceKept()
	if page.Ref != "" {
		return d.findTrace(c, page, names)
	}
	return d.listTraces(c, page, names)
}

// FindTraces is POST /admin/sign-in-log: it redirects to a URL with the typed
// filters, which can be saved and shared.
func (d *Handler) FindTraces(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	q := url.Values{}
	for _, name := range []string{"ref", "failed", "client", "key", "person"} {
		if v := strings.TrimSpace(form[name]); v != "" {
			q.Set(name, v)
		}
	}
	if len(q) == 0 {
		return web.SeeOther(c, "/admin/sign-in-log")
	}
	return web.SeeOther(c, "/admin/sign-in-log?"+q.Encode())
}

// findTrace opens the trace with the typed reference.
func (d *Handler) findTrace(c *gin.Context, page templates.AdminTraces, names traceNames) error {
	ref, ok := traces.ParseReference(page.Ref)
	if !ok {
		page.Mistakes = []templates.Mistake{{Field: "ref", Text: locales.Say("traces.a-reference-has-eight-letters")}}
		return d.Responder.Show(c, admin.Unprocessable, page)
	}
	found, err := d.Traces.ByReference(c.Request.Context(), ref)
	switch {
	case err != nil:
		return err
	case len(found) == 0:
		page.Mistakes = []templates.Mistake{{Field: "ref", Text: locales.Say("traces.no-trace-with-the-reference", "ref", ref)}}
		return d.Responder.Show(c, http.StatusNotFound, page)
	case len(found) == 1:
		return web.SeeOther(c, "/admin/sign-in-log/"+found[0].Ref)
	}
	for _, t := range found {
		page.Traces = append(page.Traces, d.traceRow(c.Request.Context(), t, names))
	}
	return d.Responder.Show(c, http.StatusOK, page)
}

func (d *Handler) listTraces(c *gin.Context, page templates.AdminTraces, names traceNames) error {
	filter := traces.Filter{Failed: page.Failed, Before: c.Query("before"), About: traces.About{Client: page.Client, LoginKey: page.Key, User: page.Person}}
	if strings.Contains(page.Person, "@") {
		user, err := d.Users.ByEmail(c.Request.Context(), page.Person)
		if errors.Is(err, fs.ErrNotExist) {
			page.Mistakes = []templates.Mistake{{Field: "person", Text: locales.Say("traces.nobody-here-has-this-email")}}
			return d.Responder.Show(c, admin.Unprocessable, page)
		}
		if err != nil {
			return err
		}
		filter.User = user.ID
	}
	found, before, err := d.Traces.Latest(c.Request.Context(), filter, perPage)
	if err != nil {
		return err
	}
	for _, t := range found {
		page.Traces = append(page.Traces, d.traceRow(c.Request.Context(), t, names))
	}
	if before != "" {
		page.More = "/admin/sign-in-log?" + onward(c.Request.URL.Query(), before)
	}
	return d.Responder.Show(c, http.StatusOK, page)
}

// onward is the query of the next page: the same filters, with a later start.
func onward(q url.Values, before string) string {
	next := url.Values{"before": {before}}
	for _, name := range []string{"failed", "client", "key", "person"} {
		if v := q.Get(name); v != "" {
			next.Set(name, v)
		}
	}
	return next.Encode()
}

// traceNames are the names of clients and login keys, by id.
type traceNames struct{ clients, keys map[string]string }

// choices are all of them in the order of names, after the choice "any".
func choices(names map[string]string, anyOne locales.Text) []templates.Option {
	out := []templates.Option{{Value: anyOne}}
	ids := slices.SortedFunc(maps.Keys(names), func(a, b string) int {
		return cmp.Or(strings.Compare(names[a], names[b]), strings.Compare(a, b))
	})
	for _, id := range ids {
		out = append(out, templates.Option{Name: id, Value: locales.Stored(names[id])})
	}
	return out
}

// mostChoices bounds the applications to choose in the filter; a URL can name
// any application.
const mostChoices = 200

// traceNames reads the names to choose from, and the name of the filtered client.
func (d *Handler) traceNames(ctx context.Context, client string) (traceNames, error) {
	n := traceNames{clients: map[string]string{}, keys: map[string]string{}}
	apps, _, err := d.Clients.Search(ctx, "", "", mostChoices)
	if err != nil {
		return n, err
	}
	for _, client := range apps {
		n.clients[client.ID] = client.Name
	}
	d.addClientName(ctx, n, client)
	keys, err := d.Upstreams.All(ctx)
	for _, k := range keys {
		n.keys[k.ID] = k.Name
	}
	return n, err
}

// addClientName adds the name of a client, if the client exists.
func (d *Handler) addClientName(ctx context.Context, names traceNames, id string) {
	if _, known := names.clients[id]; known || id == "" {
		return
	}
	if client, err := d.Clients.Lookup(ctx, id); err == nil {
		names.clients[id] = client.Name
	}
}

// traceRow is one line of the list.
func (d *Handler) traceRow(ctx context.Context, t traces.Trace, names traceNames) templates.TraceRow {
	d.addClientName(ctx, names, t.Client)
	row := templates.TraceRow{Ref: t.Ref, Began: t.Began, State: traceState(t), Client: nameOf(names.clients, t.Client), Key: nameOf(names.keys, t.LoginKey)}
	if s, failed := t.Mistake(); failed {
		row.Why = locales.From(s.Words)
	}
	if user, ok := d.traceUser(ctx, t); ok {
		row.Person = admin.Account(user)
	}
	return row
}

func (d *Handler) traceUser(ctx context.Context, t traces.Trace) (users.User, bool) {
	if t.User == "" {
		return users.User{}, false
	}
	user, err := d.Users.Get(ctx, t.User)
	return user, err == nil
}

// nameOf is the name of a record, or its id if the record is deleted.
func nameOf(names map[string]string, id string) string {
	if name := names[id]; name != "" {
		return name
	}
	return id
}

func traceState(t traces.Trace) templates.Chip {
	switch t.State {
	case traces.OK:
		return templates.Chip{Tone: "ok", Text: locales.Say("traces.signed-in")}
	case traces.Failed:
		return templates.Chip{Tone: "danger", Text: locales.Say("traces.failed")}
	}
	return templates.Chip{Text: locales.Say("traces.not-finished")}
}
