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
)

// An Entry is one provider.
type Entry struct {
	Preset string // its name in LoginKey.Preset, and of its icon
	Name   string // as the provider writes it
	Kind   string // of the connector
	Group  string // one of Groups
	// Fields are needed in addition to a client id and a secret.
	Fields []Field
	// Address explains the Base URL, if it is not an issuer.
	Address string
	// Key has the settings of a new key. Its texts may name fields, like
	// "https://login.microsoftonline.com/{tenant}/v2.0".
	Key federation.LoginKey
	// Console is the page where customers of the provider register apps.
	Console string
	// SignsOut: it ends its own session when the hub asks (RP-Initiated
	// Logout). TellsSignOuts: it notifies the hub of sessions that ended there
	// (Back-Channel Logout).
	SignsOut, TellsSignOuts bool
	// Guide has a sentence for each step at the provider. {callback} and the
	// other names of Addresses stand for addresses of this hub, one in a step.
	Guide []string
	// Notes are what to know in advance, a sentence each: how reliable its
	// email addresses are, what expires when.
	Notes []string
}

// Offline is why offline_access is requested from the provider: empty if it
// issues refresh tokens without it, or if that is unknown.
func (e Entry) Offline() string {
	if !e.Key.AskOffline {
		return ""
	}
	return e.Name + " gives no refresh token without this scope, so it is on. Without it profiles are not refreshed. It is only requested if the provider lists it."
}

// A Field is one question of an entry. Its answer is LoginKey.Options[Name].
type Field struct {
	Name     string
	Label    string
	Help     string
	Default  string
	Optional bool
	Choices  []string // the only allowed answers; empty: any
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
