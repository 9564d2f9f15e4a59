package loginkeys

import (
	"context"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/mapping"
	"github.com/fedhub/fedhub/hub/audit"
)

// newcomer reports whether the new address may lead to another provider: the
// administrator said so, or nothing disproves it.
func (m *MustDecide) newcomer(c IdentityChoice) bool { return c.Leave || !m.Same }

// distrust removes the trust settings from a login key until an administrator
// saves them again, because they were meant for the earlier provider. Settings
// stricter than asking for a proof stay.
func distrust(k *federation.LoginKey) {
	if k.Linking == federation.Auto {
		k.Linking = federation.Confirm
	}
	k.AuthoritativeDomains, k.TrustEmail, k.MigrateUntil = nil, false, time.Time{}
	k.RoleMap = mapping.Rules(k.RoleMap).WithoutAdmin()
	k.GroupMap = nil // a group may give any role
}

// distrustNewcomer does so before anything else if the address was changed
// earlier, and records it, so that a decision that fails half-way leaves no
// trust behind.
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
