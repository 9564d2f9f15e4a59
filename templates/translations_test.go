package templates

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/pelletier/go-toml/v2"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"github.com/fedhub/fedhub/templates/locales"
)

// catalogue is a file of messages by their ids, as it is written.
func catalogue(t *testing.T, name string) map[string]*i18n.Message {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := i18n.ParseMessageFileBytes(content, filepath.Base(name), map[string]i18n.UnmarshalFunc{"toml": toml.Unmarshal})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]*i18n.Message{}
	for _, m := range parsed.Messages {
		all[m.ID] = m
	}
	return all
}

// forms are the texts of a message by the plural form that they are for.
func forms(m *i18n.Message) map[plural.Form]string {
	all := map[plural.Form]string{plural.Zero: m.Zero, plural.One: m.One, plural.Two: m.Two, plural.Few: m.Few, plural.Many: m.Many, plural.Other: m.Other}
	for form, text := range all {
		if text == "" {
			delete(all, form)
		}
	}
	return all
}

// counted are the forms that a language has for the counts of our pages (CLDR).
func counted(tag language.Tag) map[plural.Form]bool {
	all := map[plural.Form]bool{plural.Other: true}
	for n := range 1000 {
		all[plural.Cardinal.MatchPlural(tag, n, 0, 0, 0, 0)] = true
	}
	return all
}

var (
	spokenOf = regexp.MustCompile(`\{\{\.?[^}]*\}\}`)
	numbered = regexp.MustCompile(`</?[1-9]/?>`)
)

func found(in *regexp.Regexp, text string) []string {
	all := in.FindAllString(text, -1)
	slices.Sort(all)
	return all
}

// TestAnOfferedLanguageIsComplete fails for a message that people may read and
// an offered language lacks. The others may be translated bit by bit.
func TestAnOfferedLanguageIsComplete(t *testing.T) {
	english := catalogue(t, "locales/active.en.toml")
	for _, l := range locales.Offered()[1:] {
		t.Run(l.Tag.String(), func(t *testing.T) {
			translated := catalogue(t, "locales/active."+l.Tag.String()+".toml")
			var missing []string
			for id := range english {
				if beginning(id, forPeople) > beginning(id, forAdministrators) && translated[id] == nil {
					missing = append(missing, id)
				}
			}
			slices.Sort(missing)
			if len(missing) > 0 {
				t.Errorf("%d messages are missing:\n\t%s", len(missing), strings.Join(missing, "\n\t"))
			}
		})
	}
}

// TestATranslationSaysTheSame holds every message of every language to the
// English one: what it speaks of, its parts, its lines, and the plural forms.
func TestATranslationSaysTheSame(t *testing.T) {
	english := catalogue(t, "locales/active.en.toml")
	names, err := filepath.Glob("locales/active.*.toml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		tag := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(name), "active."), ".toml")
		if tag == "en" {
			continue
		}
		t.Run(tag, func(t *testing.T) {
			needed := counted(language.MustParse(tag))
			for id, m := range catalogue(t, name) {
				original := english[id]
				if original == nil {
					t.Errorf("%s: there is no such message in English", id)
					continue
				}
				said := forms(m)
				if counts := original.One != "" || len(said) > 1; counts {
					for form := range needed {
						if said[form] == "" {
							t.Errorf("%s: the plural form %v is missing", id, form)
						}
					}
					for form := range said {
						if !needed[form] {
							t.Errorf("%s: the language has no plural form %v", id, form)
						}
					}
				}
				for form, text := range said {
					sameAs(t, id, form, text, original.Other)
				}
			}
		})
	}
}

func sameAs(t *testing.T, id string, form plural.Form, text, original string) {
	t.Helper()
	spoken, want := found(spokenOf, text), found(spokenOf, original)
	if form != plural.Other { // "one day" need not name its number
		without := func(all []string) []string {
			return slices.DeleteFunc(all, func(s string) bool { return s == "{{.count}}" })
		}
		spoken, want = without(spoken), without(want)
	}
	if spoken, want := slices.Compact(spoken), slices.Compact(want); !slices.Equal(spoken, want) {
		t.Errorf("%s: it speaks of %v, want %v: %q", id, spoken, want, text)
	}
	if parts, want := found(numbered, text), found(numbered, original); !reflect.DeepEqual(parts, want) {
		t.Errorf("%s: it has the parts %v, want %v: %q", id, parts, want, text)
	}
	if lines, want := strings.Count(text, "\n"), strings.Count(original, "\n"); lines != want {
		t.Errorf("%s: it has %d line breaks, want %d: %q", id, lines, want, text)
	}
	if strings.TrimSpace(text) != text {
		t.Errorf("%s: there is a space at its beginning or end: %q", id, text)
	}
}

// TestALabelSaysWhatIsSeen: who speaks to their computer says what they see on a
// button, so its label for those who cannot see it has the same words (WCAG
// 2.5.3).
func TestALabelSaysWhatIsSeen(t *testing.T) {
	for _, l := range locales.Offered() {
		for _, page := range everyFullPage(t) {
			if administration[page.look().file] {
				continue
			}
			_, tree := render(t, Frame{Words: l.Words(), Hub: "HQ", Path: "/account", Person: &Person{Name: "Ada"}}, page)
			for node := range elements(tree) {
				label, ok := attr(node, "aria-label")
				seen := strings.ToLower(strings.TrimSpace(spoken(node)))
				if ok && (node.Data == "button" || node.Data == "a") && !strings.Contains(strings.ToLower(label), seen) {
					t.Errorf("%s: %T: a button shows %q and is called %q", l.Tag, page, seen, label)
				}
			}
		}
	}
}
