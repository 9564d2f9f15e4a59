package addresses

import (
	"slices"
	"strings"
	"testing"
)

func TestViaIsReadAsFarAsItCounts(t *testing.T) {
	a, b := "https://a.example", "http://b.example:8080"
	for raw, want := range map[string][]string{
		"":                                   nil,
		a + " " + b:                          {a, b},
		"  " + a + "\t" + b + " ":            {a, b},
		a + " nowhere javascript:1 //x " + b: {a, b},
		strings.Repeat(a+" ", 1000):          {a, a, a, a},
		strings.Repeat("x", 5000) + " " + a:  nil,
	} {
		if got := ParseVia(raw); !slices.Equal(got, want) {
			t.Errorf("%.40q: got %q, want %q", raw, got, want)
		}
	}
	if !Circles(ParseVia(strings.Repeat(a+" ", 4)), b) {
		t.Error("a request that four hubs passed on goes further")
	}
}
