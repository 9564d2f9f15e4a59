package scopes

import (
	"strings"
	"testing"
)

func TestAScopeIsAWordOfVisibleASCII(t *testing.T) {
	for scope, want := range map[string]bool{
		"openid": true, "https://api.example.com/read": true, "a:b!": true,
		"": false, "a b": false, `a"b`: false, `a\b`: false, "prénom": false, strings.Repeat("x", 201): false,
	} {
		if got := OK(scope); got != want {
			t.Errorf("%q: got %v, want %v", scope, got, want)
		}
	}
}
