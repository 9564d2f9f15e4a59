package openid

import (
	"errors"
	"slices"
	"strings"
)

// googleManners only accepts the Workspace domains of the option "hd", if it is
// set. The parameter only preselects accounts on Google's page and can be
// edited, so the claim decides (FE-24).
func googleManners(m *quirks, c *Connector, _ secret) error {
	m.offline = map[string]string{"access_type": "offline", "prompt": "consent"}
	domains := listed(c.key.Options["hd"])
	if len(domains) == 0 {
		return nil
	}
	m.params = map[string]string{"hd": "*"}
	if len(domains) == 1 {
		m.params["hd"] = domains[0]
	}
	m.check = func(claims object) error {
		if hd := strings.ToLower(claims.Loose("hd")); hd == "" || !slices.Contains(domains, hd) {
			return errors.New("its hd is not one of the Workspace domains that this provider allows")
		}
		return nil
	}
	return nil
}

// listed splits an option at commas or spaces.
func listed(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return r == ',' || r == ' ' || r == ';' })
}
