package providers

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/catalog"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// hints describe the generic entries, to distinguish them.
var hints = map[string]locales.Text{
	"peer":   locales.Say("keycatalogue.peer"),
	"openid": locales.Say("keycatalogue.openid"),
	"oauth2": locales.Say("keycatalogue.oauth2"),
}

// showCatalogue lists the providers that match the search.
func (d *Handler) showCatalogue(c *gin.Context, query string) error {
	page := templates.AdminKeyCatalogue{Query: query}
	found := catalog.Find(query, templates.Sentence)
	for _, group := range catalog.Groups() {
		if of := presetsOf(found, group); len(of) > 0 {
			page.Groups = append(page.Groups, templates.PresetGroup{Name: locales.Of(catalog.GroupText(group)), Presets: of})
		}
	}
	return d.Responder.Show(c, http.StatusOK, page)
}

func presets(group string) []templates.Preset { return presetsOf(catalog.All(), group) }

// presetsOf are the entries of one group. Another hub comes first, because
// federation is the hub's main purpose.
func presetsOf(entries []catalog.Entry, group string) []templates.Preset {
	var of []templates.Preset
	for _, e := range entries {
		if e.Group != group {
			continue
		}
		preset := templates.Preset{Key: e.Preset, Name: e.Name, Title: title(e), Icon: cmp.Or(e.Key.Icon, e.Preset), Hint: hints[e.Preset]}
		if e.Kind == federation.KindPeer {
			of = slices.Insert(of, 0, preset)
		} else {
			of = append(of, preset)
		}
	}
	return of
}

// provider is the catalogue's name for a key's provider.
func provider(k federation.LoginKey) locales.Text {
	if entry, ok := catalog.Get(k.Preset); ok {
		return title(entry)
	}
	switch k.Kind {
	case federation.KindPeer:
		return locales.Say("keycatalogue.another-hub")
	case federation.KindOAuth2:
		return locales.Say("keycatalogue.oauth-2-0-provider")
	}
	return locales.Say("keycatalogue.openid-provider")
}

// title is the name of an entry's provider, or of the kind of providers.
func title(e catalog.Entry) locales.Text {
	if e.Name != "" {
		return locales.Stored(e.Name)
	}
	return locales.Of(e.Title())
}

// guide is an entry's guide, with the hub's addresses filled in.
func guide(e catalog.Entry, ours []catalog.Address) templates.Guide {
	g := templates.Guide{Notes: locales.OfAll(e.Notes)}
	if e.Console != "" {
		g.Console = templates.Action{Label: locales.Say("keycatalogue.open-s-console", "name", e.Name), URL: e.Console}
	}
	urls := map[string]string{}
	for _, address := range ours {
		urls[address.Name] = address.URL
	}
	for _, step := range e.Guide {
		args := []any{"url", urls[step.Address]}
		for name, value := range step.Text.Args {
			args = append(args, name, value)
		}
		g.Steps = append(g.Steps, templates.GuideStep{Text: locales.Say(step.Text.Code, args...), Copy: step.Address != ""})
	}
	return g
}

// shownAddresses are the hub's addresses as the page shows them.
func shownAddresses(ours []catalog.Address) []templates.Address {
	var all []templates.Address
	for _, a := range ours {
		all = append(all, templates.Address{Name: a.Name, Label: locales.Of(a.Label), Hint: locales.Of(a.Help), URL: a.URL})
	}
	return all
}

// controls are the inputs of an entry in addition to client id and secret.
func controls(e catalog.Entry, answers map[string]string) []templates.Control {
	var all []templates.Control
	for _, f := range e.Fields {
		control := templates.Control{Name: "options." + f.Name, Label: locales.Of(f.Label), Help: locales.Of(f.Help), Value: cmp.Or(answers[f.Name], f.Default), Optional: f.Optional}
		if len(f.Choices) > 0 && f.Optional && f.Default == "" {
			// A browser selects the first option by default.
			control.Choices = []templates.Option{{Name: "", Value: locales.Say("keycatalogue.left-open")}}
		}
		for _, choice := range f.Choices {
			shown := locales.Of(choice.Text)
			if shown.IsZero() {
				shown = locales.Stored(choice.Value)
			}
			control.Choices = append(control.Choices, templates.Option{Name: choice.Value, Value: shown})
		}
		all = append(all, control)
	}
	return all
}
