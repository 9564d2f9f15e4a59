package operator

import (
	"context"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/signing"
)

// Settings returns the OAuth Provider Settings.
func (s *Service) Settings(ctx context.Context) (settings.Settings, error) {
	return s.parts.Settings.Current(ctx)
}

// ChangeSettings edits the OAuth Provider Settings.
func (s *Service) ChangeSettings(ctx context.Context, by audit.Actor, edit func(*settings.Settings)) error {
	var before audit.Fields
	err := s.parts.Settings.Change(ctx, by.Name, func(now *settings.Settings) {
		before = audit.FieldsOf(*now)
		edit(now)
	})
	if err == nil {
		var changes []audit.Change
		if saved, err := s.parts.Settings.Current(ctx); err == nil { // load the saved value into the cache
			changes = before.To(audit.FieldsOf(saved))
		}
		s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.SettingsSaved, Changes: changes}))
	}
	return err
}

// SigningKeys lists the hub's signing keys and encryption keys.
func (s *Service) SigningKeys(ctx context.Context) ([]signing.Card, error) {
	return s.parts.Signing.List(ctx)
}

// RotateSigningKeys replaces all keys: new ones are published before use or, if
// the old ones are compromised, used at once. It does nothing if seen is set
// and is no longer the newest key.
func (s *Service) RotateSigningKeys(ctx context.Context, by audit.Actor, seen string, distrust bool) error {
	kind := audit.SigningRotated
	if distrust {
		kind = audit.SigningDropped
	}
	rotated, err := s.parts.Signing.Rotate(ctx, seen, distrust)
	if rotated {
		s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: kind}))
	}
	return err
}
