package templates

import (
	"time"

	"github.com/fedhub/fedhub/templates/locales"
)

// A ClientType is a kind of app, in an administrator's terms.
type ClientType struct {
	Key     string // "web", "spa", "native" or "service"; also the name of its icon
	Label   locales.Text
	Example locales.Text
}

// ClientTypes are all kinds, the most common first.
func ClientTypes() []ClientType {
	return []ClientType{
		{"web", locales.Say("clients.web"), locales.Say("clients.web-example")},
		{"spa", locales.Say("clients.spa"), locales.Say("clients.spa-example")},
		{"native", locales.Say("clients.native"), locales.Say("clients.native-example")},
		{"service", locales.Say("clients.service"), locales.Say("clients.service-example")},
	}
}

// clientType finds a kind by its key; the name of an unknown kind is its key.
func clientType(key string) ClientType {
	for _, known := range ClientTypes() {
		if known.Key == key {
			return known
		}
	}
	return ClientType{Key: "web", Label: locales.Stored(key)}
}

// AdminClients lists the apps that use this hub.
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

// Types are the choices for the first app.
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

// AdminClientNew asks for the three required values of a client. It posts to
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

// AdminClient is the page of one client. Its forms post to /admin/clients/{ID},
// …/secrets, …/secrets/delete and …/delete.
type AdminClient struct {
	ID         string
	Name       string // as saved, which may differ from the form
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
	Logouts    *ClientLogouts // nil without back-channel logout
	Lives      []Option       // choices for the life of a new secret: value and label
	Public     bool           // has no secret
	Registered locales.Text   // how it registered itself, like "registered itself"; empty if it did not
	Site       bool           // it is a Frappe site, which has a set-up page
	People     int            // users who could no longer sign in to it
	There      There          // the values to enter at the application, if it is known by its addresses
}

func (p AdminClient) look() look {
	return look{"client", desk, locales.Stored(p.Name), len(p.Mistakes) > 0}
}

// Kind describes the type.
func (p AdminClient) Kind() ClientType { return clientType(p.Type) }

// FirstRedirect is the redirect URI in the snippets.
func (p AdminClient) FirstRedirect() string {
	return either(p.Form.DefaultRedirectURI, "https://app.example.org/callback")
}

// A Habit is an observed behavior of a client, and its last time.
type Habit struct {
	Text locales.Text
	Last time.Time
}

// A SecretRow is a secret; the hub has only its hash and sometimes its last characters.
type SecretRow struct {
	ID       string
	Hint     string // last characters; empty if it was made elsewhere
	Created  time.Time
	Expires  time.Time // zero for never
	LastUsed time.Time // zero for never
	Expired  bool
}

// SecretOnce shows a new secret, once.
type SecretOnce struct {
	Client   string // name
	ClientID string
	Secret   string
	Expires  time.Time // zero for never
	Back     string    // path of the next page
	There    There     // the values to enter at the application, if it is known
}

func (p SecretOnce) look() look {
	return look{"secret", desk, locales.Say("secret.tab", "client", p.Client), false}
}
