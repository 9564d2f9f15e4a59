package redirecturi

import (
	"slices"
	"testing"
)

func TestAnOriginIsWrittenAsBrowsersWriteIt(t *testing.T) {
	for address, want := range map[string]string{
		"https://app.example.org/callback?x=1": "https://app.example.org",
		"https://app.example.org:8443":         "https://app.example.org:8443",
		"http://[::1]:3000/cb":                 "http://[::1]:3000",
		"org.example.app:/callback":            "",
		"https://App.example.org/":             "https://app.example.org",
		"https://app.example.org:443/":         "https://app.example.org",
		"HTTP://LOCALHOST:80":                  "http://localhost",
		"https://my_app.corp.example:8443/cb":  "https://my_app.corp.example:8443",
		"app.immich:///oauth-callback":         "",
		"javascript:alert(1)":                  "",
		"":                                     "",
	} {
		if got := OriginOf(address); got != want {
			t.Errorf("%s: got %q, want %q", address, got, want)
		}
	}
}

// Ids and origins that are compared as they stand have the one spelling.
func TestAnAddressIsSpelledAsBrowsersSpellIt(t *testing.T) {
	for address, want := range map[string]bool{
		"https://app.example.org": true, "https://app.example.org/x": true, "https://app.example.org?x": true, "https://my_app.corp.example:8443/cb": true,
		"https://APP.example.org": false, "HTTPS://app.example.org": false, "https://app.example.org:443/x": false, "https://app.example.org:/x": false, "com.example.app:/cb": false, "": false, "nonsense": false,
	} {
		u, err := Parse(address)
		if got := err == nil && u.Spelled(address); got != want {
			t.Errorf("%q: got %v, want %v", address, got, want)
		}
	}
}

// A Content-Security-Policy cannot express every host. Nothing is loaded from
// such a host, and form-action gets a wider source only within one registrable
// domain, where all hosts have one owner.
func TestASourceOfAPolicyIsNeverWiderThanItsAddress(t *testing.T) {
	for address, want := range map[string]struct{ exact, form string }{
		"https://APP.example.org:443/cb":         {"https://app.example.org", "https://app.example.org"},
		"https://app.example.org:8443":           {"https://app.example.org:8443", "https://app.example.org:8443"},
		"http://localhost/cb":                    {"http://localhost", "http://localhost"},
		"https://my_app.corp.example/cb":         {"", "https://*.corp.example"},
		"https://a_b.c_d.corp.example:8443/cb":   {"", "https://*.corp.example:8443"},
		"https://my_app.com/cb":                  {},
		"https://my_app.co.uk/cb":                {},
		"https://my_app.github.io/cb":            {},
		"https://my_app/cb":                      {},
		"https://app.my_zone/cb":                 {},
		"http://[::1]:3000/cb":                   {},
		"https://[2001:db8::1]/cb":               {},
		"app.immich:///cb":                       {},
		"com.example.app://my_app.corp.example/": {},
		"nonsense":                               {},
	} {
		if got := SourceOf(address); got != want.exact {
			t.Errorf("%q: got %q, want %q", address, got, want.exact)
		}
		if got := FormSourceOf(address); got != want.form {
			t.Errorf("%q: a form leads to %q, want %q", address, got, want.form)
		}
	}
}

func TestOnlyOnesOwnMachineIsLocal(t *testing.T) {
	for address, want := range map[string]bool{
		"http://127.0.0.1/cb": true, "http://localhost:7001/cb": true, "com.example.app:/cb": true,
		"https://127.0.0.1/cb": false, "http://app.example.com/cb": false, "https://app.example.com/cb": false, "no address": false,
	} {
		if got := Local(address); got != want {
			t.Errorf("%q: got %v, want %v", address, got, want)
		}
	}
}

func TestEachHostOfAddressesCountsOnce(t *testing.T) {
	got := Hosts([]string{"https://a.example/1", "https://a.example/2", "http://localhost/cb", "com.example.app:/cb", "no address", "https://b.example"})
	if want := []string{"a.example", "b.example"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestALongListOfAddressesIsRefusedAsOne(t *testing.T) {
	many := slices.Repeat([]string{"no address"}, MaxList+1)
	for name, problems := range map[string]int{
		"addresses": len(CheckList("f", many, true, true)), "origins": len(CheckOrigins("f", many, true)), "resources": len(CheckResources("f", many)),
	} {
		if problems != 1 {
			t.Errorf("%s: %d problems", name, problems)
		}
	}
}
