package addresses

import (
	"strings"
	"testing"
)

func TestANameBecomesASlug(t *testing.T) {
	for name, want := range map[string]string{
		"Google": "google", "Head Office (Köln)": "head-office-koln", "  --A__B--  ": "a-b", "本社": "key", "": "key", "New": "key",
		strings.Repeat("Ab ", 30): "ab-ab-ab-ab-ab-ab-ab-ab-ab-ab-ab-ab", "a/../b": "a-b",
	} {
		if got := Slug(name); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}

func TestAnAddressIsTidied(t *testing.T) {
	for raw, want := range map[string]string{
		" https://ID.Example.org/ ":                               "https://id.example.org",
		"https://id.example.org/.well-known/openid-configuration": "https://id.example.org",
		"https://id.example.org/Realms/A/":                        "https://id.example.org/Realms/A",
		"id.example.org":                                          "id.example.org",
	} {
		if got := Tidy(raw); got != want {
			t.Errorf("%q: got %q, want %q", raw, got, want)
		}
	}
}

func TestARingIsSeen(t *testing.T) {
	a, b, c := "https://a.example", "https://b.example", "https://c.example"
	for _, row := range []struct {
		via  []string
		next string
		want bool
	}{
		{nil, a, false},
		{[]string{b}, a, false},
		{[]string{a}, a, true},
		{[]string{a, b}, a + "/", true},
		{[]string{a, b, c}, "https://d.example", false},
		{[]string{a, b, c, "https://d.example"}, "https://e.example", true},
	} {
		if got := Circles(row.via, row.next); got != row.want {
			t.Errorf("%v to %s: got %v, want %v", row.via, row.next, got, row.want)
		}
	}
}
