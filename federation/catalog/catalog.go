// Package catalog is the list of upstreams that an administrator can choose by
// name, with everything about each that need not be typed: where it is, what
// to ask it for, how far its word on e-mail addresses goes, and how an app is
// registered there.
//
// An entry is data. What it cannot say, a connector does: the one of the
// entry's Kind, which finds the entry's name in LoginKey.Preset.
package catalog

import (
	"cmp"
	"slices"
	"strings"

	"github.com/fedhub/fedhub/federation"
)

// An Entry is one provider.
type Entry struct {
	Preset string // its name in LoginKey.Preset, and that of its icon
	Name   string // as the provider writes it
	Kind   string // of the connector
	Group  string // one of Groups
	// Fields are what must be known beyond a client id and a secret.
	Fields []Field
	// Address says what the Base URL is, where it is not that of an issuer.
	Address string
	// Key holds what a new key starts with. Its texts may name fields, like
	// "https://login.microsoftonline.com/{tenant}/v2.0".
	Key federation.LoginKey
	// Console is the page where the provider's customers register apps.
	Console string
	// SignsOut: it ends its own session when the hub asks (RP-Initiated Logout),
	// and TellsSignOuts: it tells the hub of sessions that ended there
	// (Back-Channel Logout).
	SignsOut, TellsSignOuts bool
	// Guide is what to do there, a sentence for each step. {callback} and the
	// other names of Addresses stand for addresses of ours, one in a step.
	Guide []string
	// Notes are what to know before relying on it, a sentence each: what its
	// e-mail addresses are worth, what ends when.
	Notes []string
}

// Offline is why the provider is asked for offline_access: empty where it gives
// refresh tokens without, or nobody knows.
func (e Entry) Offline() string {
	if !e.Key.AskOffline {
		return ""
	}
	return e.Name + " gives no refresh token without this scope, so it is on: untick it, and nobody is looked at again. Asked only where the provider lists it."
}

// A Field is one thing that an entry asks for. Its answer is LoginKey.Options[Name].
type Field struct {
	Name     string
	Label    string
	Help     string
	Default  string
	Optional bool
	Choices  []string // if only these will do
}

// Groups of entries, in the order of the page.
const (
	Common     = "Common"
	Work       = "Work and identity servers"
	Developers = "Developers"
	Social     = "Social and media"
	Regional   = "By region"
	Generic    = "Anything else"
)

// Groups are all of them, in that order.
func Groups() []string { return []string{Common, Work, Developers, Social, Regional, Generic} }

// All returns every entry, by group and then by name.
func All() []Entry {
	all := slices.Concat(openidEntries(), socialEntries(), []Entry{frappeEntry()}, genericEntries())
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
