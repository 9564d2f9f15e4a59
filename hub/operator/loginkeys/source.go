package loginkeys

import (
	"context"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/catalog"
	"github.com/fedhub/fedhub/internal/forms"
)

// sameSource returns, as forms.Problems, why the users of a login key cannot be
// the same after an edit. It then needs another address, and with it the decision
// about the identities.
func (s *Service) sameSource(ctx context.Context, before, after federation.LoginKey) error {
	moved := catalog.Moved(before, after)
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
