package frappe_test

import (
	"slices"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/clients/fapi"
	"github.com/fedhub/fedhub/clients/frappe"
	"github.com/fedhub/fedhub/internal/forms"
)

func TestAFrappeSiteIsAnOriginOfAWebClient(t *testing.T) {
	for name, row := range map[string]struct {
		site  string
		also  func(*clients.Client)
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
		"a native client":           {"https://erp.example.com", func(c *clients.Client) { c.Type, c.AuthMethod = clients.Native, clientauth.MethodNone }, false},
		"a client of high security": {"https://erp.example.com", func(c *clients.Client) { c.HighSecurity = fapi.Security }, false},
	} {
		c := frappe.NewClient("https://erp.example.com", clients.FrappeProvider)
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
	c := frappe.NewClient("http://erp.example.com", clients.FrappeProvider)
	c.Tidy()
	if problems := c.Validate(true); len(problems) > 0 {
		t.Errorf("http where the hub allows it: %v", problems)
	}
}
