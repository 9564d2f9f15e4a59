package aliases_test

import (
	"net/url"
	"testing"

	"github.com/fedhub/fedhub/hub/web/aliases"
)

func TestAPageThatWasRenamedIsFoundAtItsEarlierAddress(t *testing.T) {
	for before, now := range map[string]string{
		"/admin/keys":                          "/admin/providers",
		"/admin/keys/":                         "/admin/providers/",
		"/admin/keys/a%2Fb/tried?x=1&y=%20":    "/admin/providers/a%2Fb/tried?x=1&y=%20",
		"/admin/servers/invite":                "/admin/hubs/invite",
		"/admin/decisions?user=u":              "/admin/account-links?user=u",
		"/admin/traces/7F3K-QX2M":              "/admin/sign-in-log/7F3K-QX2M",
		"/admin/logouts/s":                     "/admin/sign-out-delivery/s",
		"/admin/keys//evil.example/%2F..":      "/admin/providers//evil.example/%2F..",
		"/admin/keys/%5C%5Cevil.example%0d%0a": "/admin/providers/%5C%5Cevil.example%0d%0a",
		"/admin/keysmith":                      "",
		"/admin/key":                           "",
		"/x/admin/keys":                        "",
		"/admin/clients/c/logouts":             "",
		"//admin/keys":                         "",
	} {
		at, err := url.ParseRequestURI(before)
		if err != nil {
			t.Fatal(err)
		}
		if got, moved := aliases.Moved(at); got != now || moved != (now != "") {
			t.Errorf("%s leads to %q, %v, want %q", before, got, moved, now)
		}
	}
}
