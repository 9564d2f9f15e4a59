// Package catalog lists the providers that an administrator can choose by name,
// with all settings that need not be typed: address, scopes, how far its email
// addresses are trusted, and how to register an app there.
//
// An entry is data. Special behaviour is in the connector of the entry's Kind,
// which finds the entry's name in LoginKey.Preset.
package catalog

import (
	"cmp"
	"slices"
	"strings"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/internal/texts"
)

// An Entry is one provider.
type Entry struct {
	Preset string // its name in LoginKey.Preset, and of its icon
	Name   string // as the provider writes it; empty for kinds of providers, which have a Title
	Kind   string // of the connector
	Group  string // one of Groups
	// Fields are needed in addition to a client id and a secret.
	Fields []Field
	// Address explains the Base URL, if it is not an issuer.
	Address texts.Text
	// Key has the settings of a new key. Its texts may name fields, like
	// "https://login.microsoftonline.com/{tenant}/v2.0".
	Key federation.LoginKey
	// Console is the page where customers of the provider register apps.
	Console string
	// SignsOut: it ends its own session when the hub asks (RP-Initiated
	// Logout). TellsSignOuts: it notifies the hub of sessions that ended there
	// (Back-Channel Logout).
	SignsOut, TellsSignOuts bool
	// Guide has the steps at the provider. It names each of Addresses once.
	Guide []Step
	// Notes are what to know in advance, a sentence each: how reliable its
	// email addresses are, what expires when.
	Notes []texts.Text
}

// Offline is why offline_access is requested from the provider: empty if it
// issues refresh tokens without it, or if that is unknown.
func (e Entry) Offline() texts.Text {
	if !e.Key.AskOffline {
		return texts.Text{}
	}
	return texts.New("guide.offline", "provider", e.Name)
}

// A Field is one question of an entry. Its answer is LoginKey.Options[Name].
type Field struct {
	Name        string
	Label, Help texts.Text
	Default     string
	Optional    bool
	Choices     []Choice // the only allowed answers; empty: any
}

// A Choice is one of the allowed answers. Without a text its value is shown.
type Choice struct {
	Value string
	Text  texts.Text
}

// Groups of entries, in the order of the page. GroupText names them.
const (
	Common     = "common"
	Work       = "work"
	Developers = "developers"
	Social     = "social"
	Regional   = "regional"
	Generic    = "generic"
)

// Groups are all of them, in that order.
func Groups() []string { return []string{Common, Work, Developers, Social, Regional, Generic} }

// All returns every entry, by group and then by name.
func All() []Entry {
	all := slices.Concat(openidEntries(), socialEntries(), []Entry{frappeEntry()}, genericEntries())
	for i, e := range all {
		all[i] = e.labelled()
	}
	slices.SortStableFunc(all, func(a, b Entry) int {
		return cmp.Or(
			cmp.Compare(slices.Index(Groups(), a.Group), slices.Index(Groups(), b.Group)),
			cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)))
	})
	return all
}

// Get returns one entry.
func Get(preset string) (Entry, bool) {
	all := All()
	i := slices.IndexFunc(all, func(e Entry) bool { return e.Preset == preset })
	if i < 0 {
		return Entry{}, false
	}
	return all[i], true
}
