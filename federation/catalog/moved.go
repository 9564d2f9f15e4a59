package catalog

import (
	"net/url"

	"github.com/fedhub/fedhub/federation"
)

// Moved returns the fields that make another provider of an edited login key at
// the same address. Whoever controls the userinfo answer of an OAuth 2.0 provider
// can name any of its users, so another host there, or another property for the id,
// means another provider.
func Moved(before, after federation.LoginKey) (fields []string) {
	after.Tidy()
	entry, _ := Get(before.Preset)
	if !entry.Described(before.Kind) || after.BaseURL != before.BaseURL {
		return nil
	}
	for _, e := range []struct{ field, before, after string }{
		{"endpoints.authorize", hostOf(before.Endpoints.Authorize), hostOf(after.Endpoints.Authorize)},
		{"endpoints.token", hostOf(before.Endpoints.Token), hostOf(after.Endpoints.Token)},
		{"endpoints.userinfo", hostOf(before.Endpoints.Userinfo), hostOf(after.Endpoints.Userinfo)},
		{"claims.subject", before.Claims.Subject, after.Claims.Subject},
	} {
		if e.before != e.after {
			fields = append(fields, e.field)
		}
	}
	return fields
}

// hostOf is the host and port of an address; an unreadable one is returned as
// it is.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address
	}
	return u.Host
}
