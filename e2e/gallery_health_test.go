package e2e_test

import (
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// healthGallery is what administrators see of the connections of the hub.
func healthGallery() map[string]templates.Page {
	ok, warn, danger := templates.Chip{Tone: "ok", Text: locales.Stored("Working")}, templates.Chip{Tone: "warn", Text: locales.Stored("Retrying")}, templates.Chip{Tone: "danger", Text: locales.Stored("Not responding")}
	needs := []templates.Attention{
		{About: locales.Stored(longName), Text: locales.Stored(longName + " doesn't answer."), Do: locales.Stored("Try its address in a browser."), URL: "/", Urgent: true, Since: noon()},
		{About: locales.Stored(longHost), Text: locales.Stored("The client secret ends soon."), Do: locales.Stored("Make a new one."), URL: "/", Since: noon()},
	}
	health := templates.Health{Known: true, State: danger, Worked: noon(), Failed: noon(), Reason: locales.Stored(longWord), Resting: noon(), Waiting: 3, SignIns: 214, Failures: 3, Turned: 1, Warnings: needs}
	return map[string]templates.Page{
		"home: nothing is known yet":    templates.AdminHome{},
		"home: all is well":             templates.AdminHome{Checked: noon(), Facts: []templates.Action{{Label: locales.Stored("1 application"), URL: "/"}}},
		"home: much needs attention":    templates.AdminHome{Checked: noon(), Warnings: needs},
		"audit: nothing":                templates.AdminAudit{Days: 90},
		"audit: with long names":        auditPage(),
		"auditevent: with long names":   templates.AdminAuditEvent{AuditRow: auditPage().Rows[0], Trace: "/", Facts: []templates.Pair{{Name: "kind", Value: "user.roles.changed"}, {Name: "agent", Value: longWord}}},
		"map: nobody":                   templates.AdminMap{},
		"map: with long names":          templates.AdminMap{Upstreams: []templates.MapNode{{Name: longName, Kind: locales.Stored("upstream"), URL: "/", State: danger, Note: locales.Stored("214 sign-ins")}, {Name: "Up", Kind: locales.Stored("another hub, above this one"), URL: "/", State: ok}}, Below: []templates.MapNode{{Name: longHost, Kind: locales.Stored("another hub, below this one"), URL: "/", State: warn}, {Name: "Payroll", Kind: locales.Stored("app"), URL: "/", State: ok}, {Name: "Old", Kind: locales.Stored("app"), URL: "/", State: templates.Chip{Text: locales.Stored("Off")}}}, Hidden: 7},
		"signouts: none":                templates.AdminSignOuts{},
		"signouts: some":                templates.AdminSignOuts{Rows: []templates.SignOutRow{{ID: "a", Who: locales.Stored(longEmail), At: noon(), To: locales.Say("signouts.recipients", "count", 2), State: warn}, {ID: "b", Who: locales.Stored("ada@example.org"), At: noon(), To: locales.Say("signouts.recipients", "count", 1), State: ok}}, More: "/"},
		"signout1: with every state":    templates.AdminSignOut{Who: locales.Stored(longEmail), At: noon(), Why: locales.Stored("The user ended the session."), Recipients: []templates.RecipientRow{{ClientID: "a", Name: longName, State: warn, Tries: 7, Last: noon(), Error: locales.Stored(longWord), Next: noon()}, {ClientID: "b", Name: longHost, Server: true, State: ok, Tries: 1, Last: noon()}}},
		"signedout: some do not answer": templates.SignedOut{Told: []templates.ToldApp{{Name: "Payroll"}}, Waiting: []templates.ToldApp{{Name: longName}, {Name: longHost}}, Again: "/"},
		"key: that is silent":           templates.AdminKey{ID: "up", Name: longName, State: danger, Health: health},
		"keys: one of them silent":      templates.AdminKeys{Keys: []templates.KeyRow{{ID: "up", Name: longName, State: ok, Health: health, First: true, Last: true}}},
	}
}

// auditPage is a page of the audit log with every kind of row.
func auditPage() templates.AdminAudit {
	named := func(arg, name, url string) templates.Named { return templates.Named{Arg: arg, Name: name, URL: url} }
	row := templates.AuditRow{ID: "1", Time: noon(), IP: "2001:db8:1234:5678:9abc:def0:1234:5678", Ref: "K7Q2-M4XD", Kind: "user.roles.changed", Device: locales.Stored("Firefox on Linux"), Why: locales.Stored(longWord),
		Sentence: templates.Naming{ID: "auditlog.user-roles-changed", Args: []templates.Named{named("who", longName, "/"), named("whom", longEmail, "/")}},
		About:    []templates.Naming{{ID: "auditlog.for-app", Args: []templates.Named{named("app", longName, "/")}}},
		Changes:  []templates.AuditChange{{Field: "roles", Before: longWord, After: "buyer\nseller"}, {Field: longWord, After: "1"}, {Field: "old", Before: longName}}, More: 3}
	gone := templates.AuditRow{ID: "2", Time: noon(), Kind: "signout", Sentence: templates.Naming{ID: "auditlog.signout", Args: []templates.Named{{Arg: "who", Label: locales.Say("auditlog.user-deleted", "id", longWord)}}}}
	return templates.AdminAudit{Rows: []templates.AuditRow{row, gone}, Later: true, Newest: "/", Older: "/", Filter: templates.AuditFilter{Who: longEmail},
		Topics: []templates.Option{{Value: locales.Stored("Everything")}}, Clients: []templates.Option{{Name: "1", Value: locales.Stored(longName)}}, Keys: []templates.Option{{Value: locales.Stored("Any")}},
		Mistakes: []templates.Mistake{{Field: "who", Text: locales.Say("audit.nobody-has-this-email")}}}
}
