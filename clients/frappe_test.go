package clients

import (
	"slices"
	"testing"

	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/internal/forms"
)

func TestAFrappeSiteIsAnOriginOfAWebClient(t *testing.T) {
	for name, row := range map[string]struct {
		site  string
		also  func(*Client)
		valid bool
	}{
		"https":                     {"https://erp.example.com", nil, true},
		"a port":                    {"https://erp.example.com:8443", nil, true},
		"http on one's machine":     {"http://localhost:8000", nil, true},
		"http":                      {"http://erp.example.com", nil, false},
		"a path":                    {"https://erp.example.com/app", nil, false},
		"a slash":                   {"https://erp.example.com/", nil, false},
		"a query":                   {"https://erp.example.com?x=1", nil, false},
		"a name and a word":         {"https://a:b@erp.example.com", nil, false},
		"another scheme":            {"ftp://erp.example.com", nil, false},
		"nothing":                   {"", nil, false},
		"a native client":           {"https://erp.example.com", func(c *Client) { c.Type, c.AuthMethod = Native, clientauth.MethodNone }, false},
		"a client of high security": {"https://erp.example.com", func(c *Client) { c.HighSecurity = FAPI2 }, false},
	} {
		c := NewFrappeSite("https://erp.example.com", FrappeProvider)
		c.Tidy()
		c.Frappe.URL = row.site
		if row.also != nil {
			row.also(&c)
		}
		problems := c.Validate(false)
		if got := !slices.ContainsFunc(problems, func(p forms.Problem) bool { return p.Field == "frappe" }); got != row.valid {
			t.Errorf("%s: accepted %v, want %v (%v)", name, got, row.valid, problems)
		}
	}
	c := NewFrappeSite("http://erp.example.com", FrappeProvider)
	c.Tidy()
	if problems := c.Validate(true); len(problems) > 0 {
		t.Errorf("http where the hub allows it: %v", problems)
	}
}
