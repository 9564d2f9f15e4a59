package frappe_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/frappe"
	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/internal/forms"
)

func TestASiteIsWhatWasTypedOrPasted(t *testing.T) {
	strict, lenient := frappe.New(frappe.Options{}), frappe.New(frappe.Options{AllowHTTP: true})
	for typed, want := range map[string]string{
		"erp.example.com":                        "https://erp.example.com",
		"  https://ERP.Example.com/  ":           "https://erp.example.com",
		"HTTPS://erp.example.com/login#hash":     "https://erp.example.com",
		"erp.example.com/app/social-login-key":   "https://erp.example.com",
		"https://erp.example.com:443/app?x=1":    "https://erp.example.com",
		"erp.example.com:8443":                   "https://erp.example.com:8443",
		"//erp.example.com":                      "https://erp.example.com",
		"localhost:8000":                         "http://localhost:8000",
		"http://localhost:8000/login":            "http://localhost:8000",
		"127.0.0.1:8000":                         "http://127.0.0.1:8000",
		"https://[2001:db8::1]:8443/":            "https://[2001:db8::1]:8443",
		"büro.example.com":                       "https://xn--bro-hoa.example.com",
		"https://erp.example.com\\@evil.example": "https://erp.example.com",
	} {
		got, err := strict.TidySite(typed)
		if err != nil || got != want {
			t.Errorf("%q: got %q, %v, want %q", typed, got, err, want)
		}
	}
	for typed, says := range map[string]string{
		"": "site.address.missing", "   ": "site.address.missing", "ftp://erp.example.com": "site.address.scheme", "https://ada@erp.example.com": "site.address.user",
		"http://erp.example.com": "site.address.plain", "http://192.168.1.5:8000": "site.address.plain",
		"erp": "site.address.short", "https://erp..example.com": "address.label.empty", "https://erp.example.com:port": "address.port", "javascript:alert(1)": "address.port", "https://127.1": "address.ipv4",
	} {
		_, err := strict.TidySite(typed)
		var problems forms.Problems
		if !errors.As(err, &problems) || problems[0].Field != "site" || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: got %v, want it to say %q", typed, err, says)
		}
	}
	if got, err := lenient.TidySite("http://192.168.1.5:8000/login"); err != nil || got != "http://192.168.1.5:8000" {
		t.Errorf("on a closed network: got %q, %v", got, err)
	}
}

func FuzzTidySite(f *testing.F) {
	for _, seed := range []string{"erp.example.com", "http://[::1]:80/x", "a@b", "https://\u212A.example.com", "//", "x://y"} {
		f.Add(seed)
	}
	r := frappe.New(frappe.Options{AllowHTTP: true})
	f.Fuzz(func(t *testing.T, typed string) {
		site, err := r.TidySite(typed)
		if err != nil {
			return
		}
		if redirecturi.OriginOf(site) != site {
			t.Fatalf("%q became %q, which is no origin", typed, site)
		}
		if u, err := url.Parse(site); err != nil || u.Host == "" || u.Path != "" || u.User != nil {
			t.Fatalf("%q became %q", typed, site)
		}
		if again, err := r.TidySite(site); err != nil || again != site {
			t.Fatalf("%q became %q, and that %q: %v", typed, site, again, err)
		}
	})
}

func TestAProviderNameFitsIntoAnAddress(t *testing.T) {
	for name, good := range map[string]bool{
		"Head Office": true, "head-office_2": true, "": false, "Frappe": false, "office 365": false, "Büro": false, "a/b": false, "a?b": false, strings.Repeat("a", 61): false,
	} {
		if err := frappe.CheckProvider(name); (err == nil) != good {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestTheProviderOfASiteShowsInItsAddresses(t *testing.T) {
	for _, provider := range []string{clients.FrappeProvider, clients.KeycloakProvider, "Head Office"} {
		c := frappe.NewClient("https://erp.example.com", provider)
		if got := frappe.ProviderOf(c); got != provider {
			t.Errorf("got %q, want %q", got, provider)
		}
		c.Frappe.Provider = "" // as stored by an earlier version
		if got := frappe.RecordName(frappe.ProviderOf(c)); got != frappe.RecordName(provider) {
			t.Errorf("from the addresses: got %q, want %q", got, provider)
		}
	}
}
