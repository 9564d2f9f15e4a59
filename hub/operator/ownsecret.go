package operator

import (
	"context"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/internal/forms"
)

// AddClientWith adds a client with a secret that was made elsewhere. Mistakes
// in either are forms.Problems, and nothing is stored.
func (s *Service) AddClientWith(ctx context.Context, by audit.Actor, c clients.Client, secret string) (clients.Client, error) {
	draft := c.Clone()
	draft.Tidy()
	if err := checkOwn(draft, secret).Err(); err != nil {
		return clients.Client{}, err
	}
	c.CreatedBy = by.Name
	c.UsualPKCE()
	c, err := s.parts.Clients.Add(ctx, c)
	if err != nil {
		return clients.Client{}, err
	}
	s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.ClientAdded, Client: c.ID, Target: c.Name}))
	return c, s.AddOwnSecret(ctx, by, c.ID, secret)
}

// AddOwnSecret gives a client a secret that was made elsewhere. Existing
// secrets stay valid; the same secret again changes nothing.
func (s *Service) AddOwnSecret(ctx context.Context, by audit.Actor, id, secret string) error {
	err := s.parts.Clients.Change(ctx, id, func(c *clients.Client) error {
		if err := checkOwn(*c, secret).Err(); err != nil {
			return err
		}
		if s.parts.Clients.HasSecret(*c, secret) {
			return clients.ErrUnchanged
		}
		return s.parts.Clients.TakeSecret(c, secret)
	})
	if err == nil {
		s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.SecretAdded, Client: id, Changes: []audit.Change{audit.Secret("secrets")}}))
	}
	return err
}

// checkOwn returns why a client cannot have this secret.
func checkOwn(c clients.Client, secret string) forms.Problems {
	switch {
	case !c.UsesSecret():
		return forms.New("secret", "client.secret.needless", "method", c.AuthMethod)
	case c.SharesKeys():
		return clientauth.CheckForeignKey(secret)
	}
	return clientauth.CheckForeign(secret)
}
