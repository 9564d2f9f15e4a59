package templates

import "github.com/fedhub/fedhub/templates/locales"

// AdminKeys lists the Social Login Keys in the order of the sign-in page. The
// buttons post up or down as by to /admin/providers/{ID}/move.
type AdminKeys struct {
	Keys   []KeyRow
	Common []Preset // what most people want, where there is no key yet
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
	Warning locales.Text // what needs the administrator
	First   bool         // nothing is above it
	Last    bool         // nothing is below it
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

// A PresetGroup is the providers of one sort.
type PresetGroup struct {
	Name    locales.Text
	Presets []Preset
}

// AdminKeyCatalogue chooses a provider. Its search asks /admin/providers/new for q.
type AdminKeyCatalogue struct {
	Query  string
	Groups []PresetGroup
}

func (AdminKeyCatalogue) look() look {
	return look{"keycatalogue", desk, locales.Say("keycatalogue.tab"), false}
}

// AdminKeyNew makes a key for one provider. It posts to /admin/providers; with look
// it is only shown again, with the callback URL of the id.
type AdminKeyNew struct {
	Preset    string       // of the catalogue
	Kind      string       // "peer", "openid", "social", "oauth2" or "frappe"
	Title     locales.Text // the provider's name
	ID        string       // key_id
	Addresses []Address
	Starts    string // with what those of them begin that end in the id, blanks between
	Guide     Guide
	Form      KeyForm
	Invite    string // code that the primary's administrator gave, for a peer
	Mistakes  []Mistake
}

func (p AdminKeyNew) look() look {
	return look{"keynew", desk, locales.Say("keynew.tab"), len(p.Mistakes) > 0}
}

// Peer tells whether it is another hub.
func (p AdminKeyNew) Peer() bool { return p.Kind == "peer" }

// An Address is one of this hub's that a provider must be told.
type Address struct {
	Name        string // of its element
	Label, Hint locales.Text
	URL         string
}

// A Guide is what to do at a provider.
type Guide struct {
	Console Action // where that is done
	Steps   []GuideStep
	Notes   []locales.Text
}

// A GuideStep is a sentence.
type GuideStep struct {
	Text locales.Text
	Copy bool // its part 1 is a value to copy
}
