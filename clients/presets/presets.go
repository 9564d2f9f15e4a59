// Package presets is the list of applications that an administrator can choose
// by name, with everything about each that need not be typed: where its answers
// go, what it asks for and how, and what is entered there.
//
// An entry is data; the client that it makes is an ordinary one, which can be
// changed like any other. None skips the authorization: that is nobody's default.
package presets

import (
	"slices"
	"strings"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/frappe"
	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/internal/forms"
)

// A Preset is one application. In its texts {url} and {name} stand for what the
// person answers, and in Enter the names of Hub for what this hub is.
type Preset struct {
	Key  string // in commands and addresses, and the name of its icon
	Name string // as its makers write it
	URL  Question
	// Called is what the application calls this hub, where that is part of its
	// addresses; without a label it is not asked.
	Called Question
	// Within must stand in the URL's path; empty: nothing in particular.
	Within string
	// Common: many others take answers at the same path, so that it says little.
	Common bool
	Site   bool // a Frappe site, which has a set-up of its own

	Client clients.Client
	Enter  []Value
	Notes  []string
}

// A Question is what a person is asked.
type Question struct{ Label, Help, Default string }

// A Value is what to enter in one field of the application.
type Value struct{ Field, Text string }

// Get returns one preset, in whatever case its name is typed.
func Get(key string) (Preset, bool) {
	i := slices.IndexFunc(All(), func(p Preset) bool { return strings.EqualFold(p.Key, key) })
	if i < 0 {
		return Preset{}, false
	}
	return All()[i], true
}

// Answers are what a person was asked, tidied.
type Answers struct{ URL, Name string }

// Ask reads what was typed. What is wrong with it is forms.Problems.
func (p Preset) Ask(url, name string) (Answers, error) {
	a := Answers{strings.TrimRight(strings.TrimSpace(url), "/"), strings.TrimSpace(name)}
	if a.Name == "" {
		a.Name = p.Called.Default
	}
	if a.URL == "" {
		return a, forms.New("url", "preset.url.missing", "application", p.Name)
	}
	if !strings.Contains(a.URL, "://") {
		a.URL = "https://" + a.URL
	}
	u, err := redirecturi.Parse(a.URL)
	switch {
	case err != nil:
		return a, forms.New("url", "preset.url.bad", "address", url, "cause", err)
	case !u.Web() || u.Query != "":
		return a, forms.New("url", "preset.url.web")
	case p.Within != "" && !strings.Contains(u.Path, p.Within):
		return a, forms.New("url", "preset.url.within", "application", p.Name, "part", p.Within)
	case p.Called.Label != "" && strings.Trim(a.Name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") != "":
		return a, forms.New("called", "preset.called")
	}
	return a, nil
}

// NewClient is the client that the application is, before its secret is made.
func (p Preset) NewClient(a Answers) clients.Client {
	if p.Site {
		return frappe.NewClient(a.URL, a.Name)
	}
	c := p.Client.Clone()
	c.Name, c.Type = p.Name, clients.Web
	c.GrantTypes = []string{clients.GrantCode, clients.GrantRefresh}
	c.UsualPKCE()
	fill := strings.NewReplacer("{url}", a.URL, "{name}", a.Name).Replace
	for _, list := range [][]string{c.RedirectURIs, c.PostLogoutRedirectURIs} {
		for i, address := range list {
			list[i] = fill(address)
		}
	}
	c.BackchannelLogoutURI = fill(c.BackchannelLogoutURI)
	return c
}
