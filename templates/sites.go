package templates

import (
	"time"

	"github.com/fedhub/fedhub/templates/locales"
)

// AdminSiteNew asks for the address of a Frappe or ERPNext site and how the
// hub is entered there. It posts to /admin/clients/frappe.
type AdminSiteNew struct {
	Site         string
	Provider     string // "Frappe", "Keycloak" or "Custom"
	ProviderName string // of a custom one
	Known        Action // where the site is, if it was added before
	Mistakes     []Mistake
}

func (p AdminSiteNew) look() look {
	return look{"sitenew", desk, locales.Say("sitenew.tab"), len(p.Mistakes) > 0}
}

// Providers are the choices, each with when to choose it.
func (AdminSiteNew) Providers() []Pick {
	return []Pick{
		{"Frappe", locales.Say("sites.frappe"), locales.Say("sites.the-usual-choice-the-site")},
		{"Keycloak", locales.Say("sites.keycloak"), locales.Say("sites.if-the-key-frappe-of")},
		{"Custom", locales.Say("sites.custom"), locales.Say("sites.if-the-button-on-the")},
	}
}

// AdminSiteSetup shows what to enter at a site, and how far its first sign-in
// has come. Its forms post to /admin/clients/{ID}/setup/….
type AdminSiteSetup struct {
	ID, Name string
	Site     string // its address
	Form     Action // where its form for a new key is
	Existing Action // where the key is, once there is one
	Fields   []SiteField
	Shown    bool // the secret, this once
	Local    bool // the hub's own address leads nowhere from other machines

	First    FirstLogin
	Link     SiteLink
	View     string // "watch": the page is open for waiting
	Looked   int    // how often it came by itself, where no script runs
	Mistakes []Mistake
}

func (p AdminSiteSetup) look() look {
	return look{"sitesetup", desk, locales.Say("sitesetup.tab", "name", p.Name), len(p.Mistakes) > 0}
}

// Watching tells whether the page is open for waiting. It has nothing to type
// into then: where no script runs it comes again as a whole.
func (p AdminSiteSetup) Watching() bool { return p.View == "watch" }

// Comes tells whether the page comes once more by itself: not for ever, for an
// open page must not keep anybody signed in.
func (p AdminSiteSetup) Comes() bool {
	const most = 180
	return p.Watching() && p.First.Waiting && p.Looked < most
}

// Next is what the address of the page says when it comes again.
func (p AdminSiteSetup) Next() int { return p.Looked + 1 }

// A SiteField is one field of the site's form and what to enter in it.
type SiteField struct {
	ID, Value string
	Label     locales.Text
	Hint      locales.Text
	Choice    bool // it is chosen or ticked
	Hidden    bool // the secret, which is not shown again
}

// A FirstLogin is how far the first sign-in of a site came.
type FirstLogin struct {
	Steps   []Step
	Waiting bool
	Until   time.Time
	Done    bool
	Wrong   *SiteMistake
	Trace   Action
	Login   Action // where the site's button is
}

// A SiteMistake is why it came no further, and what to change.
type SiteMistake struct {
	Title, Text locales.Text
	Sent        string   // the redirect URI that the site sent
	Registered  []string // those it may send
	Add         bool     // the one that was sent can be added
	Fix         Action
}

// A SiteLink is how the hub enters the key at the site by itself.
type SiteLink struct {
	Offered bool
	SignUps string
	Replace bool           // a key that is there is replaced
	Note    Note           // what came of it
	Differ  []Row          // fields that the site keeps otherwise, and how
	Dropped int            // secrets that were never used and are gone
	Said    []locales.Text // what the site said
}

// Choices are those of Sign ups.
func (SiteLink) Choices() []Option {
	return []Option{{"Allow", locales.Say("sites.allow-whoever-comes-gets-an")}, {"Deny", locales.Say("sites.deny-only-people-who-have")}, {"", locales.Say("sites.as-the-sites-website-settings")}}
}
