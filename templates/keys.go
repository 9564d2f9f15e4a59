package templates

import "github.com/fedhub/fedhub/templates/locales"

// AdminKeys lists the Social Login Keys in the order of the sign-in page. The
// buttons post up or down as by to /admin/providers/{ID}/move.
type AdminKeys struct {
	Keys   []KeyRow
	Common []Preset // the most common providers, shown while there is no key
}

func (AdminKeys) look() look { return look{"keys", desk, locales.Say("keys.tab"), false} }

// A KeyRow is one login key in the list.
type KeyRow struct {
	ID      string
	Icon    string
	Name    string
	Where   locales.Text // its address, or what it is
	State   Chip         // Draft, Off, Enabled, Waiting, Refused or Failing
	Facts   []locales.Text
	Warning locales.Text // problem for the administrator
	First   bool         // it is the first in the list
	Last    bool         // it is the last in the list
	Health  Health
}

// A Preset is one provider of the catalogue.
type Preset struct {
	Key   string // ?preset=
	Name  string // of the provider; empty for a kind of providers
	Title locales.Text
	Icon  string
	Hint  locales.Text
}

// A PresetGroup is a group of providers.
type PresetGroup struct {
	Name    locales.Text
	Presets []Preset
}

// AdminKeyCatalogue shows the providers. Its search requests /admin/providers/new with q.
type AdminKeyCatalogue struct {
	Query  string
	Groups []PresetGroup
}

func (AdminKeyCatalogue) look() look {
	return look{"keycatalogue", desk, locales.Say("keycatalogue.tab"), false}
}

// AdminKeyNew makes a key for one provider. It posts to /admin/providers; with
// look the page is shown again, with the callback URL of the id.
type AdminKeyNew struct {
	Preset    string       // of the catalogue
	Kind      string       // "peer", "openid", "social", "oauth2" or "frappe"
	Title     locales.Text // the provider's name
	ID        string       // key_id
	Addresses []Address
	Starts    string // first parts of the addresses that end in the id, separated by blanks
	Guide     Guide
	Form      KeyForm
	Invite    string // code from the primary hub's administrator, for a peer
	Mistakes  []Mistake
}

func (p AdminKeyNew) look() look {
	return look{"keynew", desk, locales.Say("keynew.tab"), len(p.Mistakes) > 0}
}

// Peer reports whether it is another hub.
func (p AdminKeyNew) Peer() bool { return p.Kind == "peer" }

// An Address is an address of this hub to enter at a provider.
type Address struct {
	Name        string // of its element
	Label, Hint locales.Text
	URL         string
}

// A Guide has the steps at a provider.
type Guide struct {
	Console Action // the provider's page for them
	Steps   []GuideStep
	Notes   []locales.Text
}

// A GuideStep is a sentence.
type GuideStep struct {
	Text locales.Text
	Copy bool // part 1 is a value to copy
}
