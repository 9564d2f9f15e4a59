package e2e_test

import "github.com/fedhub/fedhub/templates"

// healthGallery is what administrators see of how the hub stands with others.
func healthGallery() map[string]templates.Page {
	ok, warn, danger := templates.Chip{Tone: "ok", Text: "Works"}, templates.Chip{Tone: "warn", Text: "Retrying"}, templates.Chip{Tone: "danger", Text: "Doesn’t answer"}
	needs := []templates.Attention{
		{About: longName, Text: longName + " doesn't answer.", Do: "Try its address in a browser.", URL: "/", Urgent: true, Since: noon()},
		{About: longHost, Text: "The client secret ends soon.", Do: "Make a new one.", URL: "/", Since: noon()},
	}
	health := templates.Health{Known: true, State: danger, Worked: noon(), Failed: noon(), Reason: longWord, Resting: noon(), Waiting: 3, SignIns: 214, Failures: 3, Turned: 1, Warnings: needs}
	return map[string]templates.Page{
		"home: nothing is known yet":    templates.AdminHome{},
		"home: all is well":             templates.AdminHome{Checked: noon(), Facts: []templates.Pair{{Name: "1 application", Value: "/"}}},
		"home: much needs attention":    templates.AdminHome{Checked: noon(), Warnings: needs},
		"map: nobody":                   templates.AdminMap{},
		"map: with long names":          templates.AdminMap{Upstreams: []templates.MapNode{{Name: longName, Kind: "upstream", URL: "/", State: danger, Note: "214 sign-ins"}, {Name: "Up", Kind: "another hub, above this one", URL: "/", State: ok}}, Below: []templates.MapNode{{Name: longHost, Kind: "another hub, below this one", URL: "/", State: warn}, {Name: "Payroll", Kind: "app", URL: "/", State: ok}, {Name: "Old", Kind: "app", URL: "/", State: templates.Chip{Text: "Off"}}}, Hidden: 7},
		"signouts: none":                templates.AdminSignOuts{},
		"signouts: some":                templates.AdminSignOuts{Rows: []templates.SignOutRow{{ID: "a", Who: longEmail, At: noon(), To: "2 recipients", State: warn}, {ID: "b", Who: "ada@example.org", At: noon(), To: "1 recipient", State: ok}}, More: "/"},
		"signout1: with every state":    templates.AdminSignOut{Who: longEmail, At: noon(), Why: "The session was ended by its owner.", Recipients: []templates.RecipientRow{{ClientID: "a", Name: longName, State: warn, Tries: 7, Last: noon(), Error: longWord, Next: noon()}, {ClientID: "b", Name: longHost, Server: true, State: ok, Tries: 1, Last: noon()}}},
		"signedout: some do not answer": templates.SignedOut{Told: []templates.ToldApp{{Name: "Payroll"}}, Waiting: []templates.ToldApp{{Name: longName}, {Name: longHost}}, Again: "/"},
		"key: that is silent":           templates.AdminKey{ID: "up", Name: longName, State: danger, Health: health},
		"keys: one of them silent":      templates.AdminKeys{Keys: []templates.KeyRow{{ID: "up", Name: longName, State: ok, Health: health, First: true, Last: true}}},
	}
}
