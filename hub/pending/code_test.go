package pending

import (
	"strings"
	"testing"
)

func TestCodesAreReadAsPeopleTypeThem(t *testing.T) {
	for _, tt := range []struct {
		typed, want string
		ok          bool
	}{
		{"BCDF-GHJK", "BCDFGHJK", true},
		{"bcdfghjk", "BCDFGHJK", true},
		{" bcdf ghjk ", "BCDFGHJK", true},
		{"b-c-d-f-g-h-j-k", "BCDFGHJK", true},
		{"BCDF-GHJ", "BCDFGHJ", false},
		{"BCDF-GHJKL", "BCDFGHJKL", false},
		{"ACDF-GHJK", "", false},
		{"BCDF-GHJ1", "", false},
		{"BCDF-GHJ\x00", "", false},
		{"ſCDFGHJK", "SCDFGHJK", true}, // its upper case is a character of the alphabet
		{strings.Repeat("B", 1000), "", false},
		{"", "", false},
	} {
		got, ok := ParseCode(tt.typed)
		if ok != tt.ok || (ok && got != tt.want) {
			t.Errorf("ParseCode(%.20q): got %q, %v; want %q, %v", tt.typed, got, ok, tt.want, tt.ok)
		}
	}
}

func TestEveryCodeIsReadBack(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		code := newCode()
		got, ok := ParseCode(strings.ToLower(ShowCode(code)))
		if !ok || got != code {
			t.Fatalf("%q is read as %q", code, got)
		}
		seen[code] = true
	}
	if len(seen) < 999 {
		t.Errorf("of 1000 codes only %d differ", len(seen))
	}
}

func FuzzParseCode(f *testing.F) {
	for _, seed := range []string{"BCDF-GHJK", "bcdfghjk", "", "-", "ſ", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		code, ok := ParseCode(typed)
		if !ok {
			return
		}
		again, ok := ParseCode(ShowCode(code))
		if !ok || again != code || strings.Trim(code, letters) != "" || len(code) != codeLength {
			t.Fatalf("%q is read as %q, and that as %q", typed, code, again)
		}
	})
}
