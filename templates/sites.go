package templates

import (
	"time"

	"github.com/fedhub/fedhub/templates/locales"
)

// AdminSiteNew asks for the address of a Frappe or ERPNext site and for the
// kind of its login key. It posts to /admin/clients/frappe.
type AdminSiteNew struct {
	Site         string
	Provider     string // "Frappe", "Keycloak" or "Custom"
	ProviderName string // of a custom one
	Known        Action // its page, if the site was added before
	Mistakes     []Mistake
}

func (p AdminSiteNew) look() look {
	return look{"sitenew", desk, locales.Say("sitenew.tab"), len(p.Mistakes) > 0}
}

// Providers are the choices, each with its purpose.
func (AdminSiteNew) Providers() []Pick {
	return []Pick{
		{"Frappe", locales.Say("sites.frappe"), locales.Say("sites.the-usual-choice-the-site")},
		{"Keycloak", locales.Say("sites.keycloak"), locales.Say("sites.if-the-key-frappe-of")},
		{"Custom", locales.Say("sites.custom"), locales.Say("sites.if-the-button-on-the")},
	}
}

// AdminSiteSetup shows the values to enter at a site, and the progress of its
// first sign-in. Its forms post to /admin/clients/{ID}/setup/….
type AdminSiteSetup struct {
	ID, Name string
	Site     string // its address
	Form     Action // its form for a new key
	Existing Action // its page of the existing key
	Fields   []SiteField
	Shown    bool // the secret is shown, once
	Local    bool // the hub's own address works on this machine only

	First    FirstLogin
	Link     SiteLink
	View     string // "watch": the page waits
	Looked   int    // number of reloads without a script
	Mistakes []Mistake
}

func (p AdminSiteSetup) look() look {
	return look{"sitesetup", desk, locales.Say("sitesetup.tab", "name", p.Name), len(p.Mistakes) > 0}
}

// Watching reports whether the page waits. It has no inputs then, because
// without a script the whole page reloads.
func (p AdminSiteSetup) Watching() bool { return p.View == "watch" }

// Comes reports whether the page reloads once more. It stops at some point,
// because an open page must not extend the session.
func (p AdminSiteSetup) Comes() bool {
	const most = 180
	return p.Watching() && p.First.Waiting && p.Looked < most
}

// Next is the query of the page when it reloads.
func (p AdminSiteSetup) Next() int { return p.Looked + 1 }

// A SiteField is one field of the site's form and the value to enter in it.
type SiteField struct {
	ID, Value string
	Label     locales.Text
	Hint      locales.Text
	Choice    bool // it is a select or a check box
	Hidden    bool // the secret, which is not shown again
}

// A FirstLogin is the progress of the first sign-in of a site.
type FirstLogin struct {
	Steps   []Step
	Waiting bool
	Until   time.Time
	Done    bool
	Wrong   *SiteMistake
	Trace   Action
	Login   Action // the page with the site's button
}

// A SiteMistake is the reason for a failure, and the fix.
type SiteMistake struct {
	Title, Text locales.Text
	Sent        string   // the redirect URI that the site sent
	Registered  []string // the registered redirect URIs
	Add         bool     // the sent one can be added
	Fix         Action
}

// A SiteLink is the form with which the hub enters the key at the site.
type SiteLink struct {
	Offered bool
	SignUps string
	Replace bool           // an existing key is replaced
	Note    Note           // the result
	Differ  []Row          // fields with another value at the site, and the value
	Dropped int            // number of removed secrets that were never used
	Said    []locales.Text // the site's messages
}

// Choices are the values of Sign ups.
func (SiteLink) Choices() []Option {
	return []Option{{"Allow", locales.Say("sites.allow-whoever-comes-gets-an")}, {"Deny", locales.Say("sites.deny-only-people-who-have")}, {"", locales.Say("sites.as-the-sites-website-settings")}}
}
