package oauth

import (
	"net/url"
	"testing"
)

func TestParametersAreAddedToWhatAnAddressHas(t *testing.T) {
	one := url.Values{"state": {"a b&c=%"}}
	for address, want := range map[string]string{
		"https://a.example":            "https://a.example?state=a+b%26c%3D%25",
		"https://a.example/x?":         "https://a.example/x?state=a+b%26c%3D%25",
		"https://a.example/x?y=%20&":   "https://a.example/x?y=%20&state=a+b%26c%3D%25",
		"https://a.example/x?y=1&z=+1": "https://a.example/x?y=1&z=+1&state=a+b%26c%3D%25",
		"org.example.app:/out":         "org.example.app:/out?state=a+b%26c%3D%25",
	} {
		if got := WithQuery(address, one); got != want {
			t.Errorf("%s: got %s, want %s", address, got, want)
		}
		if got := WithQuery(address, nil); got != address {
			t.Errorf("%s with nothing: got %s", address, got)
		}
	}
}
