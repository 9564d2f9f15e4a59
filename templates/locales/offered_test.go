package locales

import (
	"slices"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/internal/reader"
)

func TestTheLanguageOfAReader(t *testing.T) {
	for _, tt := range []struct {
		name  string
		known reader.Preferences
		want  string
	}{
		{"nothing", reader.Preferences{}, "en"},
		{"the browser", reader.Preferences{Accept: "de-AT,de;q=0.9,en;q=0.8"}, "de"},
		{"the browser's second choice", reader.Preferences{Accept: "tlh, de;q=0.5"}, "de"},
		{"nothing that is offered", reader.Preferences{Accept: "tlh"}, "en"},
		{"a broken header", reader.Preferences{Accept: "de;q=banana,,;"}, "en"},
		{"a huge header", reader.Preferences{Accept: strings.Repeat("de,", 1000)}, "en"},
		{"the menu before the browser", reader.Preferences{Chosen: "en", Accept: "de"}, "en"},
		{"the profile before the menu", reader.Preferences{Own: "de-CH", Chosen: "en", Accept: "en"}, "de"},
		{"a profile in another language", reader.Preferences{Own: "tlh", Accept: "de"}, "de"},
		{"the app before the profile", reader.Preferences{Asked: "tlh x de en", Own: "en"}, "de"},
		{"an app that asks for what is not offered", reader.Preferences{Asked: "tlh !! x", Own: "de"}, "de"},
		{"the menu on the page of an app", reader.Preferences{Asked: "de", Chosen: "en", Over: "de"}, "en"},
		{"the menu on the page of an app that asked for something else", reader.Preferences{Asked: "de", Chosen: "en", Over: "en"}, "de"},
		{"the menu without the app", reader.Preferences{Chosen: "de", Over: "en"}, "de"},
	} {
		if got := For(tt.known).Lang(); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestTagsAreCanonicalAndEnglishIsFirst(t *testing.T) {
	tags := Tags()
	for i, l := range Offered() {
		if words, ok := Find(tags[i]); !ok || words.Lang() != tags[i] || words != l.Words() || l.Name == "" {
			t.Errorf("%s is found as %v", tags[i], words)
		}
	}
	if tags[0] != "en" || len(slices.Compact(slices.Sorted(slices.Values(tags)))) != len(tags) {
		t.Errorf("got %v", tags)
	}
}

// Messages that a translation lacks are English, with their arguments.
func TestAMessageWithoutATranslationIsEnglish(t *testing.T) {
	german := offered[1].Words()
	for want, text := range map[string]Text{
		"Anmelden":            Say("signin.title"),
		"2 Tage":              Say("span.days", "count", 2),
		"Overview":            Say("nav.overview"),
		"Copy client ID of X": Say("scripts.copy-client-id-of", "name", "X"),
		"14. März 2026":       Say("time.day", "day", 14, "month", Say("month.march"), "year", "2026"),
		"1 s":                 Say("scripts.row", "name", "1", "number", "s"),
		"Fehler: A – HQ":      Say("shells.title-wrong", "page", "A", "hub", "HQ"),
	} {
		if got, err := text.In(german); err != nil || got != want {
			t.Errorf("got %q, want %q (%v)", got, want, err)
		}
	}
	if got := german.Sentence("settings.consent.bad", nil); !strings.HasPrefix(got, "Choose when") {
		t.Errorf("got %q", got)
	}
	if got := german.Sentence("password.long", map[string]string{"count": "300", "max": "200"}); got != "Dieses Passwort hat 300 Zeichen. Verwenden Sie höchstens 200." {
		t.Errorf("got %q", got)
	}
}
