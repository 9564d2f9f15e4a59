package place

import "testing"

func TestPlacesAreComparedAsPlaces(t *testing.T) {
	for _, row := range []struct {
		a, b string
		want bool
	}{
		{"https://a.example", "https://A.example:443/", true},
		{"http://a.example:80", "http://a.example", true},
		{"https://a.example.", "https://a.example", true},
		{"https://a.example", "http://a.example", false},
		{"https://a.example/x", "https://a.example/X", false},
		{"https://a.example:8443", "https://a.example", false},
	} {
		if got := Same(row.a, row.b); got != row.want {
			t.Errorf("%s and %s: got %v, want %v", row.a, row.b, got, row.want)
		}
	}
}
