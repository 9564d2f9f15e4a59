package operator

import (
	"context"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/mapping"
	"github.com/fedhub/fedhub/hub/audit"
)

// newcomer tells whether another provider may be at the address after a choice:
// it is said, or nothing shows the contrary.
func (m *MustDecide) newcomer(c IdentityChoice) bool { return c.Leave || !m.Same }

// distrust takes from a key what its provider was trusted with, until an
// administrator saves it again: that was said of the provider before. What is
// stricter than to ask for a proof stays.
func distrust(k *federation.LoginKey) {
	if k.Linking == federation.Auto {
		k.Linking = federation.Confirm
	}
	k.AuthoritativeDomains, k.TrustEmail, k.MigrateUntil = nil, false, time.Time{}
	k.RoleMap = mapping.Rules(k.RoleMap).WithoutAdmin()
}

// distrustNewcomer does so where the address was changed before, on record, and
// before anything else: a decision that fails half-way leaves no trust behind.
func (s *Service) distrustNewcomer(ctx context.Context, by audit.Actor, m *MustDecide, c IdentityChoice) error {
	if !m.newcomer(c) {
		return nil
	}
	key, err := s.parts.Upstreams.Fresh(ctx, m.KeyID)
	if err != nil {
		return err
	}
	before := audit.FieldsOf(key)
	if distrust(&key); len(before.To(audit.FieldsOf(key))) == 0 {
		return nil
	}
	return s.changeLoginKey(ctx, by, m.KeyID, "", nil, distrust)
}
