package scopes

import (
	"slices"
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

func TestWhatNobodyKnowsIsIgnoredAndWhatIsAnothersIsNot(t *testing.T) {
	elsewhere := func(scope string) (bool, error) { return scope == "files", nil }
	for _, row := range []struct {
		asked     string
		refreshes bool
		want      string
		foreign   string
	}{
		{"openid email", false, "openid email", ""},
		{"openid groups urn:zitadel:iam", false, "openid", ""},
		{"openid offline_access", false, "openid", ""},
		{"openid offline_access", true, "openid offline_access", ""},
		{"groups", false, "", ""},
		{"openid phone", false, "", "phone"},
		{"openid files", false, "", "files"},
	} {
		got, foreign, err := Asked(strings.Fields(row.asked), []string{"openid", "email"}, row.refreshes, elsewhere)
		if err != nil || foreign != row.foreign || !slices.Equal(got, strings.Fields(row.want)) && foreign == "" {
			t.Errorf("%s: got %q, %q, %v; want %q, %q", row.asked, got, foreign, err, row.want, row.foreign)
		}
	}
}
