package frappe

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/fedhub/fedhub/federation"
	reading "github.com/fedhub/fedhub/federation/internal/claims"
)

// expected is the issuer that the site should name: its Base URL, unless the
// administrator entered another.
func (c *Connector) expected() string {
	return cmp.Or(c.Key.Options[federation.OptionIssuer], c.Key.BaseURL)
}

// issuer compares the site's issuer with the expected one. A site uses the Base
// URL of its own Social Login Key named Frappe, which is another site's if this
// one signs users in through it; and it uses http if its proxy does not
// announce https. The scheme does not matter: the answer came over TLS from
// that host.
func (c *Connector) issuer(d reading.Document) error {
	if _, found := d.At("iss"); !found {
		return nil // the site names no issuer
	}
	iss := d.Exact("iss")
	if matches(iss, c.expected()) {
		return nil
	}
	said := federation.CleanText(iss, maxSaid)
	return c.Faultf(federation.Misconfigured, "the site's issuer is %q, not %q. If that is right, enter %q as the issuer of this provider; "+
		"if not, add a Social Login Key named Frappe at the site, with the site's own address as Base URL", said, c.expected(), said)
}

func matches(iss, expected string) bool {
	iss, expected = strings.TrimSuffix(iss, "/"), strings.TrimSuffix(expected, "/")
	if iss == expected {
		return true
	}
	host, secure := strings.CutPrefix(expected, "https://")
	return secure && iss == "http://"+host
}

// spelled is the issuer for an administrator who tests the key.
func (c *Connector) spelled(d reading.Document) string {
	iss := d.Exact("iss")
	switch {
	case iss == "":
		return "not stated"
	case strings.TrimSuffix(iss, "/") == strings.TrimSuffix(c.expected(), "/"):
		return "as expected"
	}
	return fmt.Sprintf("%s, although the site uses https; its proxy should send X-Forwarded-Proto", federation.CleanText(iss, maxSaid))
}
