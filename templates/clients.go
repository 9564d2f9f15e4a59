package templates

import (
	"time"

	"github.com/fedhub/fedhub/templates/locales"
)

// A ClientType is a kind of app, as a person who registers one thinks of it.
type ClientType struct {
	Key     string // "web", "spa", "native" or "service"; also the name of its icon
	Label   locales.Text
	Example locales.Text
}

// ClientTypes are the kinds there are, the most common first.
func ClientTypes() []ClientType {
	return []ClientType{
		{"web", locales.Say("clients.web"), locales.Say("clients.web-example")},
		{"spa", locales.Say("clients.spa"), locales.Say("clients.spa-example")},
		{"native", locales.Say("clients.native"), locales.Say("clients.native-example")},
		{"service", locales.Say("clients.service"), locales.Say("clients.service-example")},
	}
}

// clientType finds a kind by its key; one that is not known shows its key.
func clientType(key string) ClientType {
	for _, known := range ClientTypes() {
		if known.Key == key {
			return known
		}
	}
	return ClientType{Key: "web", Label: locales.Stored(key)}
}

// AdminClients lists the apps that ask this hub.
type AdminClients struct {
	Search  string
	Clients []ClientRow
	Later   bool   // this is not the first page
	Next    string // path of the next page; empty if this is the last
}

// Some reports whether there are any, on this page or another.
func (p AdminClients) Some() bool {
	return len(p.Clients) > 0 || p.Later || p.Next != "" || p.Search != ""
}

func (AdminClients) look() look { return look{"clients", desk, locales.Say("clients.tab"), false} }

// Types are for choosing the first one.
func (AdminClients) Types() []ClientType { return ClientTypes() }

// A ClientRow is one client in the list.
type ClientRow struct {
	ID     string
	Name   string
	Type   string // key of a ClientType
	State  Chip   // like {"ok", "Active"} or {"", "Off"}
	ItsOwn bool   // registered itself
}

// Kind describes the type.
func (r ClientRow) Kind() ClientType { return clientType(r.Type) }

// AdminClientNew asks for the three things a client needs. It posts to
// /admin/clients.
type AdminClientNew struct {
	Type         string // key of a ClientType
	Name         string
	RedirectURIs string // one per line
	Presets      []Preset
	Mistakes     []Mistake
}

func (p AdminClientNew) look() look {
	return look{"clientnew", desk, locales.Say("clientnew.tab"), len(p.Mistakes) > 0}
}

// Types are the choices.
func (AdminClientNew) Types() []ClientType { return ClientTypes() }

// AdminClient is everything about one client. Its forms post to
// /admin/clients/{ID}, …/secrets, …/secrets/delete and …/delete.
type AdminClient struct {
	ID         string
	Name       string // as saved, which may differ from what stands in the form
	Type       string // as saved
	State      Chip
	Created    time.Time
	Updated    time.Time
	Issuer     string
	Endpoints  []Row // name and address
	Form       ClientForm
	Mistakes   []Mistake
	Secrets    []SecretRow
	Habits     []Habit
	Logouts    *ClientLogouts // nil if it is not told by back channel
	Lives      []Option       // choices for the life of a new secret: value and label
	Public     bool           // keeps no secret
	Registered locales.Text   // how it registered itself, like "registered itself"; empty if it did not
	Site       bool           // it is a Frappe site, which has a set-up page
	People     int            // who would no longer be able to sign in to it
	There      There          // what to enter at the application, where it is known by its addresses
}

func (p AdminClient) look() look {
	return look{"client", desk, locales.Stored(p.Name), len(p.Mistakes) > 0}
}

// Kind describes the type.
func (p AdminClient) Kind() ClientType { return clientType(p.Type) }

// FirstRedirect is what the snippets fill in.
func (p AdminClient) FirstRedirect() string {
	return either(p.Form.DefaultRedirectURI, "https://app.example.org/callback")
}

// A Habit is something that a client was seen to do, and when last.
type Habit struct {
	Text locales.Text
	Last time.Time
}

// A SecretRow is a secret, of which the hub knows the hash and perhaps the end.
type SecretRow struct {
	ID       string
	Hint     string // last characters; empty of one that was made elsewhere
	Created  time.Time
	Expires  time.Time // zero for never
	LastUsed time.Time // zero for never
	Expired  bool
}

// SecretOnce shows a secret the only time it can be seen.
type SecretOnce struct {
	Client   string // name
	ClientID string
	Secret   string
	Expires  time.Time // zero for never
	Back     string    // path to go on to
	There    There     // what to enter at the application, if it is known
}

func (p SecretOnce) look() look {
	return look{"secret", desk, locales.Say("secret.tab", "client", p.Client), false}
}
