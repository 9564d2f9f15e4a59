package names

import (
	"strings"
	"testing"
)

func TestANameIsShortAndCanBeSeen(t *testing.T) {
	for name, want := range map[string]bool{
		"Payroll": true, "Größe": true, "": false, "a\nb": false, "moc\u202eelgoog": false, "a\xff": false, strings.Repeat("x", 101): false,
	} {
		if got := OK(name); got != want {
			t.Errorf("%q: got %v, want %v", name, got, want)
		}
	}
}
