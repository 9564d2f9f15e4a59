package catalog

import (
	"maps"
	"slices"
	"strings"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/addresses"
)

// Start is what a new key of this entry begins with, or what an edited one has
// by the entry: its texts with the answers in the place of the fields' names. A
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
	k.RoleMap, k.Params = maps.Clone(k.RoleMap), maps.Clone(k.Params)
	for name, value := range k.Params {
		k.Params[name] = fill(value)
	}
	return k
}

// tidy trims what people paste. Of an address it makes what a Base URL is kept
// as, so that texts can go on after it.
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

// Placed tells whether the entry says where the provider is, so that nobody
// types its address.
func (e Entry) Placed() bool { return e.Key.BaseURL != "" || e.Kind == federation.KindSocial }

// Find returns the entries that have every word of the query in their name,
// group or preset, in the order of All.
func Find(query string) []Entry {
	words := strings.Fields(strings.ToLower(query))
	return slices.DeleteFunc(All(), func(e Entry) bool {
		text := strings.ToLower(e.Name + " " + e.Preset + " " + e.Group)
		return slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, word) })
	})
}
