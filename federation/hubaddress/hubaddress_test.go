package hubaddress_test

import (
	"strings"
	"testing"

	"github.com/fedhub/fedhub/federation/hubaddress"
)

func TestEveryAddressIsBelowTheHubAndOfOneKey(t *testing.T) {
	hub := hubaddress.Hub("https://id.example.org")
	for _, of := range []func(string) string{hub.Callback, hub.Backchannel, hub.Metadata} {
		one, other := of("one"), of("other")
		if one == other || !strings.HasPrefix(one, "https://id.example.org/") || !strings.HasSuffix(one, "/one") {
			t.Errorf("%s and %s: want an address for each key", one, other)
		}
	}
	if hub.SignedOut() != "https://id.example.org/signed-out" || hub.Keys() != "https://id.example.org/oauth2/jwks" {
		t.Errorf("%s, %s", hub.SignedOut(), hub.Keys())
	}
}
