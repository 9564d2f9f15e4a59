package operator

import (
	"context"
	"net/url"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/catalog"
	"github.com/fedhub/fedhub/internal/forms"
)

// sameSource returns, as forms.Problems, why the users of a login key cannot be
// the same after an edit. Whoever controls the userinfo answer of an OAuth 2.0
// provider can name any of its users, so another host there, or another
// property for the id, means another provider. It then needs another address,
// and with it the decision about the identities.
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

// hostOf is the host and port of an address; an unreadable one is returned as
// it is.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address
	}
	return u.Host
}
