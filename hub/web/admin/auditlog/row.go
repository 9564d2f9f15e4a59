package auditlog

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/fedhub/fedhub/hub/audit"
	parties "github.com/fedhub/fedhub/hub/operator/auditlog"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/admin"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// rowOf is an event as a sentence, with what the sentence leaves out.
func rowOf(e audit.Event, p parties.Parties) templates.AuditRow {
	row := templates.AuditRow{ID: e.ID, Time: e.Time, Why: locales.From(e.Words), IP: e.IP, Ref: e.Ref, Kind: e.Kind}
	if e.Agent != "" {
		row.Device = web.Device(e.Agent)
	}
	for _, c := range e.Changes {
		row.Changes = append(row.Changes, templates.AuditChange{Field: c.Field, Before: c.Before, After: c.After})
	}
	all := []templates.Named{
		named("who", p.Who, locales.Say("auditlog.nobody")), named("whom", p.Whom, locales.Say("auditlog.nobody")),
		named("app", p.App, locales.Say("auditlog.no-application")), named("provider", p.Provider, locales.Say("auditlog.no-provider")),
		named("group", p.Group, locales.Say("auditlog.nobody")), {Arg: "what", Name: cmp.Or(textOf(p.Whom), e.Kind)},
	}
	id := sentenceOf(e, p)
	row.Sentence = templates.Naming{ID: id, Args: all}
	for i, rest := range []struct {
		of    parties.Party
		shown string
	}{{p.Who, "auditlog.by"}, {p.Whom, "auditlog.about"}, {p.App, "auditlog.for-app"}, {p.Provider, "auditlog.with-provider"}, {p.Group, "auditlog.in-group"}} {
		told := locales.English().SpeaksOf(id, all[i].Arg)
		switch {
		case told || rest.of.Kind == parties.Nobody, rest.of == p.Who && all[i].Arg == "whom":
		case rest.of.Kind == parties.Literal && all[i].Arg == "whom":
			if rest.of.Name != p.App.Name && !locales.English().SpeaksOf(id, "what") {
				row.About = append(row.About, templates.Naming{ID: "auditlog.other", Args: []templates.Named{{Arg: "what", Name: rest.of.Name}}})
			}
		default:
			row.About = append(row.About, templates.Naming{ID: rest.shown, Args: all[i : i+1]})
		}
	}
	return row
}

// Sentence is an event as plain text, for the command line.
func Sentence(e audit.Event, p parties.Parties) string {
	text, err := rowOf(e, p).Sentence.English()
	if err != nil {
		return e.Kind
	}
	return text
}

// sentenceOf is the message for an event.
func sentenceOf(e audit.Event, p parties.Parties) string {
	if id := own[e.Kind]; id != "" && (p.Whom.Kind == parties.Nobody || p.Whom == p.Who) {
		return id
	}
	if id := sentences[e.Kind]; id != "" {
		return id
	}
	return "auditlog.other" // of a newer hub on the same database
}

func textOf(p parties.Party) string {
	if p.Kind == parties.Literal {
		return p.Name
	}
	return ""
}

// named is a party as a link, or as a message if it has no name.
func named(arg string, p parties.Party, nobody locales.Text) templates.Named {
	n := templates.Named{Arg: arg, Name: p.Name, Label: nobody}
	deleted := ""
	switch p.Kind {
	case parties.User:
		n.URL, deleted = "/admin/users/"+templates.Segment(p.ID), "auditlog.user-deleted"
	case parties.Group:
		n.URL, deleted = "/admin/groups/"+templates.Segment(p.ID), "auditlog.group-deleted"
	case parties.Application:
		n.URL, deleted = admin.ClientPath(p.ID), "auditlog.application-deleted"
	case parties.Provider:
		n.URL, deleted = "/admin/providers/"+templates.Segment(p.ID), "auditlog.provider-deleted"
	case parties.Hub:
		n.Label = locales.Say("auditlog.this-hub")
	case parties.Upstream:
		n.Label = locales.Say("auditlog.a-provider")
	case parties.Email:
		n.Label = locales.Say("auditlog.a-link")
	case parties.Nobody, parties.Literal:
	}
	if p.Gone {
		n.URL = ""
	}
	if deleted != "" && p.Name == "" {
		n.URL, n.Label = "", locales.Say(deleted, "id", p.ID)
	}
	return n
}

// Bounds of the changes in a list.
const (
	mostChanges = 3
	mostValue   = 60 // bytes
)

// short leaves out of a row what its own page shows.
func short(r templates.AuditRow) templates.AuditRow {
	if r.More = len(r.Changes) - mostChanges; r.More > 0 {
		r.Changes = r.Changes[:mostChanges]
	} else {
		r.More = 0
	}
	for i, c := range r.Changes {
		r.Changes[i].Before, r.Changes[i].After = clip(c.Before), clip(c.After)
	}
	return r
}

func clip(value string) string {
	if len(value) <= mostValue {
		return value
	}
	return strings.ToValidUTF8(value[:mostValue], "") + "…"
}

// facts are the fields of an event as they are stored.
func facts(e audit.Event) []templates.Pair {
	var all []templates.Pair
	add := func(name, value string) {
		if value != "" {
			all = append(all, templates.Pair{Name: name, Value: value})
		}
	}
	add("id", e.ID)
	add("time", e.Time.UTC().Format(time.RFC3339Nano))
	add("kind", e.Kind)
	add("actor", e.Actor)
	add("target", e.Target)
	add("client", e.Client)
	add("loginKey", e.LoginKey)
	add("ip", e.IP)
	add("agent", e.Agent)
	add("ref", e.Ref)
	add("code", e.Why.Code)
	for _, name := range slices.Sorted(maps.Keys(e.Why.Args)) {
		add("args."+name, e.Why.Args[name])
	}
	for _, name := range slices.Sorted(maps.Keys(e.Detail)) {
		add("detail."+name, e.Detail[name])
	}
	return all
}
