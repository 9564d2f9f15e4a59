package operator

import (
	"context"
	"net/url"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/catalog"
	"github.com/fedhub/fedhub/internal/forms"
)

// sameSource says, as forms.Problems, why people who are known by a key's address
// cannot come from what an edit makes of it. Whoever describes people of an OAuth
// 2.0 provider is everybody who is known by its address, so another host there, or
// another property that names them, is another provider. Another address makes it
// one: then it is asked what becomes of them.
func (s *Service) sameSource(ctx context.Context, before, after federation.LoginKey) error {
	after.Tidy()
	entry, _ := catalog.Get(before.Preset)
	if !entry.Described(before.Kind) || after.BaseURL != before.BaseURL {
		return nil
	}
	var moved []string
	for _, e := range []struct{ field, before, after string }{
		{"endpoints.authorize", hostOf(before.Endpoints.Authorize), hostOf(after.Endpoints.Authorize)},
		{"endpoints.token", hostOf(before.Endpoints.Token), hostOf(after.Endpoints.Token)},
		{"endpoints.userinfo", hostOf(before.Endpoints.Userinfo), hostOf(after.Endpoints.Userinfo)},
		{"claims.subject", before.Claims.Subject, after.Claims.Subject},
	} {
		if e.before != e.after {
			moved = append(moved, e.field)
		}
	}
	if len(moved) == 0 {
		return nil
	}
	all, _, err := s.parts.Linking.OfIssuers(ctx, before.ID)
	if err != nil || all[before.BaseURL] == 0 {
		return err
	}
	var problems forms.Problems
	for _, field := range moved {
		problems.Add(field, "provider.source.other", "address", before.BaseURL)
	}
	return problems.Err()
}

// hostOf is the host and port of an address; what cannot be read is itself.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address
	}
	return u.Host
}
