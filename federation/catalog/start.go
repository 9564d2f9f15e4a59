package catalog

import (
	"maps"
	"slices"
	"strings"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/addresses"
	"github.com/fedhub/fedhub/internal/texts"
)

// Start returns the settings of a new key of this entry, or of an edited one as
// the entry has them: its texts with the answers in place of the field names. A
// field without an answer has its default.
func (e Entry) Start(answers map[string]string) federation.LoginKey {
	k := e.Key
	k.Kind, k.Preset, k.Options = e.Kind, e.Preset, nil
	pairs := []string{}
	for _, field := range e.Fields {
		answer := tidy(answers[field.Name])
		if answer == "" {
			answer = field.Default
		}
		pairs = append(pairs, "{"+field.Name+"}", answer)
		if answer != "" {
			if k.Options == nil {
				k.Options = map[string]string{}
			}
			k.Options[field.Name] = answer
		}
	}
	fill := strings.NewReplacer(pairs...).Replace
	for _, text := range []*string{&k.BaseURL, &k.Endpoints.Authorize, &k.Endpoints.Token, &k.Endpoints.Userinfo} {
		*text = fill(*text)
	}
	k.Scopes, k.Hosts = filled(k.Scopes, fill), filled(k.Hosts, fill)
	k.AuthoritativeDomains = slices.Clone(k.AuthoritativeDomains)
	k.RoleMap, k.Params, k.GroupMap = maps.Clone(k.RoleMap), maps.Clone(k.Params), slices.Clone(k.GroupMap)
	for name, value := range k.Params {
		k.Params[name] = fill(value)
	}
	return k
}

// Answer changes the answers of a key of this entry: address, endpoints and
// hosts that followed from the earlier answers now follow from these.
func (e Entry) Answer(k *federation.LoginKey, answers map[string]string) {
	if len(e.Fields) == 0 {
		return
	}
	before, now := e.Start(k.Options), e.Start(answers)
	k.Options = now.Options
	if e.Key.BaseURL != "" {
		k.BaseURL = now.BaseURL
	}
	if e.Key.Endpoints != (federation.Endpoints{}) {
		k.Endpoints = now.Endpoints
	}
	if !slices.Equal(before.Hosts, now.Hosts) {
		kept := slices.DeleteFunc(slices.Clone(k.Hosts), func(host string) bool { return slices.Contains(before.Hosts, host) })
		k.Hosts = append(kept, now.Hosts...)
	}
}

// Described reports whether an administrator enters the provider's endpoints,
// for a key of this kind.
func (e Entry) Described(kind string) bool {
	return kind == federation.KindOAuth2 && e.Key.Endpoints == (federation.Endpoints{})
}

// tidy trims a pasted answer. An address is normalized like a Base URL, so that
// text can follow it.
func tidy(answer string) string {
	answer = strings.TrimSpace(answer)
	if strings.Contains(answer, "://") {
		return addresses.Tidy(answer)
	}
	return answer
}

func filled(texts []string, fill func(string) string) []string {
	texts = slices.Clone(texts)
	for i, text := range texts {
		texts[i] = fill(text)
	}
	return texts
}

// Placed reports whether the entry has the provider's address, so that it need
// not be entered.
func (e Entry) Placed() bool { return e.Key.BaseURL != "" || e.Kind == federation.KindSocial }

// Find returns the entries with every word of the query in their name, preset
// or the name of their group, in the order of All.
func Find(query string, words texts.Words) []Entry {
	sought := strings.Fields(strings.ToLower(query))
	return slices.DeleteFunc(All(), func(e Entry) bool {
		text := strings.ToLower(e.title(words) + " " + e.Preset + " " + GroupText(e.Group).In(words, ""))
		return slices.ContainsFunc(sought, func(word string) bool { return !strings.Contains(text, word) })
	})
}
