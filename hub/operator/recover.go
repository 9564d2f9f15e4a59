package operator

import (
	"cmp"
	"context"
	"errors"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/health"
	"github.com/fedhub/fedhub/hub/users"
)

// ResetSecondFactor removes the second factors of a user who lost them: the app,
// recovery codes and passkeys, which are also asked for after a password. It
// signs the user out everywhere, and tells them by email; for an administrator, all
// other administrators too.
func (s *Service) ResetSecondFactor(ctx context.Context, by audit.Actor, id string) error {
	if err := errors.Join(s.parts.SecondFactors.RemoveAll(ctx, id), s.parts.Passkeys.RemoveAll(ctx, id)); err != nil {
		return err
	}
	s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.SecondRemoved, Target: id}))
	u, err := s.parts.Users.EndEverything(ctx, id)
	if err != nil {
		return err
	}
	if err := s.parts.Logouts.EndAll(ctx, u); err != nil {
		return err
	}
	return errors.Join(s.parts.MailLinks.FactorRemoved(ctx, u), s.tellAdministrators(ctx, by, u))
}

// Delivers reports whether the hub sends emails.
func (s *Service) Delivers() bool { return s.parts.MailLinks.Delivers() }

// tellAdministrators tells the other administrators about a reset of one of them:
// whoever can run commands on the machine could take over that account.
func (s *Service) tellAdministrators(ctx context.Context, by audit.Actor, about users.User) error {
	if !about.Admin() {
		return nil
	}
	raised := s.parts.Raise(ctx, health.FactorsReset(about.ID, cmp.Or(about.Name, about.Email), by.Name))
	admins, err := s.parts.Users.Admins(ctx)
	err = errors.Join(err, raised)
	for _, a := range admins {
		if a.ID != about.ID {
			err = errors.Join(err, s.parts.MailLinks.FactorsReset(ctx, a, about, by.Name))
		}
	}
	return err
}

// SetUpApp sets up an authenticator app whose secret its user has already, as in
// an import. It replaces none: fs.ErrExist.
func (s *Service) SetUpApp(ctx context.Context, by audit.Actor, id, secret string) error {
	if err := s.parts.SecondFactors.AdoptApp(ctx, id, secret); err != nil {
		return err
	}
	s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.SecondAdded, Target: id}))
	return nil
}

// HasSecondFactor reports whether a user set one up, whatever the settings ask
// for.
func (s *Service) HasSecondFactor(ctx context.Context, id string) (bool, error) {
	f, err := s.parts.SecondFactors.Of(ctx, id)
	if err != nil || f.HasApp() {
		return err == nil, err
	}
	return s.parts.Passkeys.Any(ctx, id, "")
}
