package frappe

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/fedhub/fedhub/federation"
	reading "github.com/fedhub/fedhub/federation/internal/claims"
)

// expected is what the site is to call itself: its Base URL, unless the
// administrator knows better.
func (c *Connector) expected() string {
	return cmp.Or(c.Key.Options[federation.OptionIssuer], c.Key.BaseURL)
}

// issuer holds what a site calls itself against what it is to. It calls itself
// by the Base URL of its own Social Login Key named Frappe, which on a site
// that signs people in through another one is that other one's; and by http
// where nothing in front of it says that it is https. The last is no matter:
// the answer came over TLS from the very host.
func (c *Connector) issuer(d reading.Document) error {
	if _, found := d.At("iss"); !found {
		return nil // the site says of itself nothing that could be wrong
	}
	iss := d.Exact("iss")
	if matches(iss, c.expected()) {
		return nil
	}
	said := federation.CleanText(iss, maxSaid)
	return c.Faultf(federation.Misconfigured, "the site calls itself %q and not %q. If that is right, enter %q as the issuer of this login key; "+
		"if not, give the site a Social Login Key named Frappe whose Base URL is its own", said, c.expected(), said)
}

func matches(iss, expected string) bool {
	iss, expected = strings.TrimSuffix(iss, "/"), strings.TrimSuffix(expected, "/")
	if iss == expected {
		return true
	}
	host, secure := strings.CutPrefix(expected, "https://")
	return secure && iss == "http://"+host
}

// spelled is what an administrator who tests the key sees of it.
func (c *Connector) spelled(d reading.Document) string {
	iss := d.Exact("iss")
	switch {
	case iss == "":
		return "not said"
	case strings.TrimSuffix(iss, "/") == strings.TrimSuffix(c.expected(), "/"):
		return "as expected"
	}
	return fmt.Sprintf("%s, although it is on https; its proxy should send X-Forwarded-Proto", federation.CleanText(iss, maxSaid))
}
