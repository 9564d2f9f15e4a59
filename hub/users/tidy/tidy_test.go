package tidy

import (
	"strings"
	"testing"
)

func TestAValueIsKeptOnlyIfItIsHarmless(t *testing.T) {
	for _, tt := range []struct {
		tidy        func(string) string
		typed, want string
	}{
		{Name, " Ada\r\n\u202eLovelace ", "Ada Lovelace"}, {Name, strings.Repeat("a", 300), strings.Repeat("a", maxName)},
		{Link, "https://example.org/a.png", "https://example.org/a.png"}, {Link, "javascript:alert(1)", ""}, {Link, "https://u:p@example.org", ""},
		{Locale, "pt_BR", "pt-BR"}, {Locale, "x y", ""},
		{Birthdate, "0000-12-10", "0000-12-10"}, {Birthdate, "1815", "1815"}, {Birthdate, "10.12.1815", ""},
		{Zone, "Europe/Berlin", "Europe/Berlin"}, {Zone, "Local", ""}, {Zone, "../etc", ""},
		{Phone, "+49 (30) 123-456", "+4930123456"}, {Phone, "030 123456", ""},
		{Street, "1 Main St\n\n  Floor 2 ", "1 Main St\nFloor 2"},
	} {
		if got := tt.tidy(tt.typed); got != tt.want {
			t.Errorf("%q is %q, want %q", tt.typed, got, tt.want)
		}
	}
}
