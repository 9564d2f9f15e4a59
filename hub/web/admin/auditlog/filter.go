package auditlog

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/traces"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// mistakes are what is wrong with a typed filter.
type mistakes []templates.Mistake

func (m mistakes) Error() string { return fmt.Sprintf("a filter has %d mistakes", len(m)) }

// typed reads the filter from a URL or a form.
func typed(get func(string) string) templates.AuditFilter {
	of := func(name string) string { return strings.TrimSpace(get(name)) }
	return templates.AuditFilter{What: of("what"), Who: of("who"), Whom: of("whom"), Client: of("client"), Key: of("key"),
		IP: of("ip"), From: of("from"), Until: of("until"), Ref: of("ref")}
}

// query is the filter in a URL.
func query(f templates.AuditFilter) url.Values {
	q := url.Values{}
	for _, of := range f.Pairs() {
		if of.Value != "" {
			q.Set(of.Name, of.Value)
		}
	}
	return q
}

// filter is what was typed, for a search; or mistakes.
func (d *Handler) filter(ctx context.Context, t templates.AuditFilter) (audit.Filter, error) {
	f := audit.Filter{What: t.What, Client: t.Client, LoginKey: t.Key, IP: t.IP, Ref: t.Ref}
	if ref, ok := traces.ParseReference(t.Ref); ok {
		f.Ref = ref
	}
	var wrong mistakes
	for _, of := range []struct {
		field, who string
		id         *string
	}{{"who", t.Who, &f.Actor}, {"whom", t.Whom, &f.Target}} {
		id, err := d.Log.PartyID(ctx, of.who)
		if errors.Is(err, fs.ErrNotExist) {
			wrong = append(wrong, templates.Mistake{Field: of.field, Text: locales.Say("audit.nobody-has-this-email")})
		} else if err != nil {
			return f, err
		}
		*of.id = id
	}
	for _, of := range []struct {
		field, day string
		at         *time.Time
		days       int
	}{{"from", t.From, &f.From, 0}, {"until", t.Until, &f.Until, 1}} {
		day, err := time.Parse(time.DateOnly, of.day)
		switch {
		case of.day == "":
		case err != nil:
			wrong = append(wrong, templates.Mistake{Field: of.field, Text: locales.Say("audit.day-bad")})
		default:
			*of.at = day.AddDate(0, 0, of.days)
		}
	}
	if len(wrong) > 0 {
		return f, &wrong
	}
	return f, nil
}

// mostChoices bounds the applications to choose from; a URL can name any.
const mostChoices = 100

// fillChoices fills in what can be selected.
func (d *Handler) fillChoices(ctx context.Context, page *templates.AdminAudit) error {
	page.Topics = []templates.Option{{Value: locales.Say("audit.any-topic")}}
	for _, topic := range audit.Topics {
		page.Topics = append(page.Topics, templates.Option{Name: topic.Name, Value: locales.Say(topics[topic.Name])})
	}
	page.Topics = chosen(page.Topics, page.Filter.What, page.Filter.What)
	apps, _, err := d.Clients.Search(ctx, "", "", mostChoices)
	if err != nil {
		return err
	}
	page.Clients = []templates.Option{{Value: locales.Say("audit.any-application")}}
	for _, app := range apps {
		page.Clients = append(page.Clients, templates.Option{Name: app.ID, Value: locales.Stored(cmp.Or(app.Name, app.ID))})
	}
	if id := page.Filter.Client; id != "" {
		app, _ := d.Clients.Lookup(ctx, id) // a deleted one is chosen by its id
		page.Clients = chosen(page.Clients, id, cmp.Or(app.Name, id))
	}
	keys, err := d.Upstreams.All(ctx)
	if err != nil {
		return err
	}
	page.Keys = []templates.Option{{Value: locales.Say("audit.any-login-key")}}
	for _, k := range keys {
		page.Keys = append(page.Keys, templates.Option{Name: k.ID, Value: locales.Stored(cmp.Or(k.Name, k.ID))})
	}
	page.Keys = chosen(page.Keys, page.Filter.Key, page.Filter.Key)
	return nil
}

// chosen adds a choice that the URL names, so that the form keeps it.
func chosen(all []templates.Option, id, name string) []templates.Option {
	if id == "" || slices.ContainsFunc(all, func(o templates.Option) bool { return o.Name == id }) {
		return all
	}
	return append(all, templates.Option{Name: id, Value: locales.Stored(name)})
}
