// Package selfservice holds what users do with their own account beyond single
// settings: disowning what they did not do, taking their data along, and
// deleting the account. Package operator is the same for administrators.
package selfservice

import (
	"context"
	"errors"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/logouts"
	"github.com/fedhub/fedhub/hub/maillinks"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/hub/users/passkeys"
	"github.com/fedhub/fedhub/hub/users/secondfactor"
	"github.com/fedhub/fedhub/hub/users/trustedbrowsers"
	"github.com/fedhub/fedhub/internal/texts"
)

// A Service carries out what users ask for.
type Service struct {
	Users     *users.Service
	Linking   *linking.Service
	Passkeys  *passkeys.Service
	Codes     *secondfactor.Service
	Trusted   *trustedbrowsers.Service
	Grants    *grants.Service
	Sessions  *sessions.Service
	Logouts   *logouts.Service
	MailLinks *maillinks.Service
	Settings  *settings.Service
	Audit     *audit.Recorder

	// Removed is called after a passkey was removed, which may have been the
	// last second factor.
	Removed func(ctx context.Context, userID string) error
}

// EndedForGood ends what was issued to a user before u.SessionGeneration, and
// removes what they allowed to apps: somebody else may have allowed it.
func (s *Service) EndedForGood(ctx context.Context, u users.User) error {
	if err := s.Logouts.EndAll(ctx, u); err != nil {
		return err
	}
	return s.Grants.RemoveUser(ctx, u.ID)
}

// BeginReset emails a user a link to a new password, if a password signs them
// in here. mailed is false if there is no email on its way.
func (s *Service) BeginReset(ctx context.Context, by audit.Actor, u users.User) (mailed bool, err error) {
	rules, err := s.Settings.Current(ctx)
	if err != nil {
		return false, err
	}
	if u.Disabled || !u.EmailVerified || !rules.SignsInByPassword(u.Admin()) || !s.MailLinks.Delivers() {
		return false, nil
	}
	err = s.MailLinks.ProveByReset(ctx, u)
	if errors.Is(err, maillinks.ErrOften) {
		return false, nil // they have some
	}
	if err != nil {
		return false, err
	}
	s.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.PasswordForgot, Target: u.ID, Why: texts.New("prove.mailed")}))
	return true, nil
}
