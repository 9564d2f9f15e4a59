package hub_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients/presets"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/catalog"
	"github.com/fedhub/fedhub/federation/hubaddress"
	"github.com/fedhub/fedhub/internal/texts"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// guideTexts are the texts of the known providers and applications. Their codes
// are made of the names of the entries, so no literal names them.
func guideTexts() (all []texts.Text) {
	for _, group := range catalog.Groups() {
		all = append(all, catalog.GroupText(group))
	}
	for _, a := range catalog.Addresses(federation.LoginKey{Kind: federation.KindPeer}, hubaddress.Hub("https://id.example.org")) {
		all = append(all, a.Label, a.Help)
	}
	for _, e := range catalog.All() {
		all = append(all, e.Title(), e.Address, e.Offline())
		for _, f := range e.Fields {
			all = append(all, f.Label, f.Help)
			for _, choice := range f.Choices {
				all = append(all, choice.Text)
			}
		}
		for _, s := range e.Guide {
			step := texts.New(s.Text.Code, "url", "https://id.example.org")
			for name, value := range s.Text.Args {
				step.Args[name] = value
			}
			all = append(all, step)
		}
		all = append(all, e.Notes...)
	}
	for _, p := range presets.All() {
		all = append(all, p.URL.Label, p.URL.Help, p.Called.Label, p.Called.Help)
		all = append(all, p.Notes...)
	}
	return slices.DeleteFunc(all, texts.Text.IsZero)
}

// Every text of a guide is in the catalogue, and uses only the given arguments.
func TestEveryTextOfAGuideHasASentence(t *testing.T) {
	known := templates.SentenceArgs()
	for _, text := range guideTexts() {
		wants, found := known[text.Code]
		if !found {
			t.Errorf("no message for %q: add it to templates/locales", text.Code)
		}
		for _, want := range wants {
			if text.Args[want] == "" {
				t.Errorf("the sentence of %q speaks of {%s}, which it is not given", text.Code, want)
			}
		}
	}
}

// A step has an address to copy in its part 1 exactly if it names one. Steps and
// notes are sentences.
func TestTheStepsOfAGuideAreSentences(t *testing.T) {
	sentence := func(preset string, text texts.Text) {
		if s := text.In(templates.Sentence, ""); !strings.HasSuffix(s, ".") {
			t.Errorf("%s: %q is not a sentence", preset, s)
		}
	}
	for _, e := range catalog.All() {
		for _, step := range e.Guide {
			sentence(e.Preset, step.Text)
			marks := 0
			if step.Address != "" {
				marks = 1
			}
			if _, err := locales.English().Parts(step.Text.Code, marks, "url", "u", "field", "f", "end", "e"); err != nil {
				t.Errorf("%s: %v", e.Preset, err)
			}
		}
		for _, note := range e.Notes {
			sentence(e.Preset, note)
		}
	}
	for _, p := range presets.All() {
		for _, note := range p.Notes {
			sentence(p.Key, note)
		}
	}
}
