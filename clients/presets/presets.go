// Package presets lists the applications that an administrator can choose by
// name, with all settings that need not be typed: redirect URIs, scopes and
// authentication, and the values to enter there.
//
// An entry is data. The client made from it is an ordinary one and can be
// changed. No preset skips consent.
package presets

import (
	"slices"
	"strings"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/frappe"
	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/texts"
)

// A Preset is one application. In its texts {url} and {name} stand for the
// answers of the administrator, and in Enter the fields of Hub for this hub's
// values.
type Preset struct {
	Key  string // in commands and addresses, and the name of its icon
	Name string // as its vendor writes it
	URL  Question
	// Called asks for the application's name for this hub, if that is part of
	// its addresses; without a label it is not asked.
	Called Question
	// Within must be part of the URL's path; empty: no rule.
	Within string
	// Common: many other applications use the same path, so it does not
	// identify this one.
	Common bool
	Site   bool // a Frappe site, which has its own set-up

	Client clients.Client
	Enter  []Value
	Notes  []texts.Text
}

// A Question is a question to the administrator. Its words are messages of the
// catalogue of texts, named by the preset: appguide.keycloak.url.label.
type Question struct {
	Label, Help texts.Text
	Default     string
}

func asks(name, usual string) Question {
	return Question{texts.New("appguide." + name + ".label"), texts.New("appguide." + name + ".help"), usual}
}

func notes(names ...string) []texts.Text {
	all := make([]texts.Text, len(names))
	for i, name := range names {
		all[i] = texts.New("appguide." + name)
	}
	return all
}

// A Value is what to enter in one field of the application, which has the
// application's own name.
type Value struct{ Field, Text string }

// Get returns a preset by its key, in any case.
func Get(key string) (Preset, bool) {
	i := slices.IndexFunc(All(), func(p Preset) bool { return strings.EqualFold(p.Key, key) })
	if i < 0 {
		return Preset{}, false
	}
	return All()[i], true
}

// Answers are the administrator's answers, normalized.
type Answers struct{ URL, Name string }

// Ask reads what was typed. Mistakes are forms.Problems.
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
	case !p.Called.Label.IsZero() && strings.Trim(a.Name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") != "":
		return a, forms.New("called", "preset.called")
	}
	return a, nil
}

// NewClient is the client for the application, without a secret.
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
