package hubs

import "testing"

func TestADomainRuleMeansOneHostOrAllBelow(t *testing.T) {
	for _, row := range []struct {
		rule, host string
		want       bool
	}{
		{"example.org", "example.org", true},
		{"example.org", "EXAMPLE.org", true},
		{" Example.ORG ", "example.org", true},
		{"example.org", "example.org:8443", true},
		{"example.org", "hub.example.org", false},
		{"example.org", "evilexample.org", false},
		{"example.org", "example.org.evil.net", false},
		{"example.org", "example.org.", false},
		{"example.org", "example.org:x", false},
		{".example.org", "hub.example.org", true},
		{".example.org", "a.b.example.org:1", true},
		{".example.org", "example.org", false},
		{".example.org", "evilexample.org", false},
		{".example.org", ".example.org", false},
		{".example.org", "hub.example.org.evil.net", false},
		{"", "", false}, {"", "example.org", false}, {".", "example.org", false}, {".", "example.org.", false}, {"..", "a.b", false},
		{"*.example.org", "hub.example.org", false},
		{"kexample.org", "\u212Aexample.org", false}, // the Kelvin sign
		{"127.0.0.1", "127.0.0.1:8081", true},
		{".0.0.1", "127.0.0.1", false},
		{"[::1]", "[::1]:8081", true},
		{"localhost", "localhost:8081", true},
	} {
		if got := DomainAllows([]string{"other.example", row.rule}, row.host); got != row.want {
			t.Errorf("rule %q, host %q: got %v, want %v", row.rule, row.host, got, row.want)
		}
	}
	if DomainAllows(nil, "example.org") {
		t.Error("an empty list allows somebody")
	}
}
