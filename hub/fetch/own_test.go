package fetch

import (
	"net/netip"
	"testing"
)

func TestTheHubFetchesNothingFromItself(t *testing.T) {
	for _, row := range []struct {
		own     Own
		address string
		closed  bool
	}{
		{Own{URL: "https://id.example.org", Listener: "127.0.0.1:8080"}, "127.0.0.1:8080", true},
		{Own{URL: "https://id.example.org", Listener: ":8080"}, "[::1]:8080", true},
		{Own{URL: "https://id.example.org", Listener: "10.0.0.5:8080"}, "10.0.0.5:8080", true},
		{Own{URL: "https://id.example.org", Listener: "10.0.0.5:8080"}, "10.0.0.6:8080", false}, // another's
		{Own{URL: "https://id.example.org", Listener: ":8080"}, "127.0.0.1:8081", false},
		{Own{URL: "http://localhost:8080", Listener: "localhost:8080"}, "127.0.0.1:8080", false}, // public there
		{Own{URL: "https://id.example.org", Listener: ":443"}, "127.0.0.1:443", false},
		{Own{URL: "https://id.example.org", DatabasePorts: []uint16{27117}}, "10.0.0.5:27117", true},
	} {
		if got := row.own.Closed()(netip.MustParseAddrPort(row.address)); got != row.closed {
			t.Errorf("%s at %s, listening at %s: closed %v, want %v", row.address, row.own.URL, row.own.Listener, got, row.closed)
		}
	}
}
