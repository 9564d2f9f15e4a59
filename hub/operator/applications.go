package operator

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/registration"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/internal/texts"
)

// AddClient adds a client and, if it authenticates with a secret, returns its
// first one. The secret cannot be read again.
func (s *Service) AddClient(ctx context.Context, by audit.Actor, c clients.Client) (clients.Client, string, error) {
	c.CreatedBy = by.Name
	c.UsualPKCE()
	c = c.Clone()
	c.Tidy()
	err := s.NameAPIs(ctx, by, &c)
	if err == nil {
		c, err = s.parts.Clients.Add(ctx, c)
	}
	if err != nil {
		return clients.Client{}, "", err
	}
	s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.ClientAdded, Client: c.ID, Target: c.Name}))
	if !c.UsesSecret() {
		return c, "", nil
	}
	secret, err := s.AddSecret(ctx, by, c.ID, 0)
	return c, secret, err
}

// ChangeClient edits a client. Mistakes are forms.Problems; why may be empty.
func (s *Service) ChangeClient(ctx context.Context, by audit.Actor, id string, why texts.Text, edit func(*clients.Client)) error {
	var name string
	var changes []audit.Change
	err := s.parts.Clients.Update(ctx, id, func(c *clients.Client) error {
		before := audit.FieldsOf(*c)
		edit(c)
		c.Tidy()
		if err := s.NameAPIs(ctx, by, c); err != nil {
			return err
		}
		name, changes = c.Name, before.To(audit.FieldsOf(*c))
		return nil
	})
	if err == nil {
		s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.ClientChanged, Client: id, Target: name, Why: why, Changes: changes}))
	}
	return err
}

// RemoveClient deletes a client and what users allowed it. It can be repeated
// after a failure.
func (s *Service) RemoveClient(ctx context.Context, by audit.Actor, c clients.Client) error {
	err := s.forgetClient(ctx, c.ID)
	s.parts.Audit.Steps(ctx, by.Did(audit.Event{Kind: audit.ClientRemoved, Client: c.ID, Target: c.Name}), err)
	return err
}

// forgetClient deletes a client and everything that belongs to it, or what an
// earlier failed removal left.
func (s *Service) forgetClient(ctx context.Context, id string) error {
	if err := s.parts.Settings.ForgetClient(ctx, id); err != nil {
		return err
	}
	if err := s.parts.Clients.Delete(ctx, id); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// AddSecret makes a further secret for a client and returns it. It cannot be
// read again; existing ones stay valid. A life of zero means that it does not
// expire.
func (s *Service) AddSecret(ctx context.Context, by audit.Actor, id string, life time.Duration) (string, error) {
	secret, err := s.parts.Clients.AddSecret(ctx, id, life)
	if err == nil {
		s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.SecretAdded, Client: id, Changes: []audit.Change{audit.Secret("secrets")}}))
	}
	return secret, err
}

// RemoveSecret deletes one of a client's secrets.
func (s *Service) RemoveSecret(ctx context.Context, by audit.Actor, id, secret string) error {
	if err := s.parts.Clients.DropSecret(ctx, id, secret); err != nil {
		return err
	}
	s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.SecretRemoved, Client: id, Changes: []audit.Change{{Field: "secrets", Before: secret}}}))
	return nil
}

// Client returns one client; fs.ErrNotExist if there is none.
func (s *Service) Client(ctx context.Context, id string) (clients.Client, error) {
	return s.parts.Clients.Lookup(ctx, id)
}

// TidySite normalizes the typed address of a Frappe site.
func (s *Service) TidySite(typed string) (string, error) { return s.parts.Sites.TidySite(typed) }

// SiteAt returns the client of a Frappe site; fs.ErrNotExist if there is none.
func (s *Service) SiteAt(ctx context.Context, site string) (clients.Client, error) {
	return s.parts.Sites.SiteAt(ctx, site)
}

// AddSite adds the client of a Frappe site. An existing one is returned with
// fs.ErrExist.
func (s *Service) AddSite(ctx context.Context, by audit.Actor, c clients.Client) (clients.Client, error) {
	c.CreatedBy = by.Name
	c, err := s.parts.Sites.AddSite(ctx, c)
	if err == nil {
		s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.ClientAdded, Client: c.ID, Target: c.Name}))
	}
	return c, err
}

// AwaitSite waits for the first sign-in of a Frappe site, and returns the page
// that shows the progress.
func (s *Service) AwaitSite(ctx context.Context, site clients.Client) (string, error) {
	return s.parts.URL + "/admin/clients/" + url.PathEscape(site.ID) + "/setup", s.parts.SiteSetups.Begin(ctx, site)
}

// Clients lists all clients, federated hubs included.
func (s *Service) Clients(ctx context.Context) ([]clients.Client, error) {
	return store.Collect(s.parts.Clients.All(ctx), 0)
}

// NewInitialToken returns an initial access token: clients may register
// themselves with it, uses times, within life.
func (s *Service) NewInitialToken(ctx context.Context, by audit.Actor, uses int, life time.Duration) (string, registration.InitialAccessToken, error) {
	value, t, err := s.parts.Initials.New(ctx, by.Name, uses, life)
	if err == nil {
		s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.InitialTokenMade, Target: "…" + t.Hint}))
	}
	return value, t, err
}

// EndInitialToken revokes an initial access token.
func (s *Service) EndInitialToken(ctx context.Context, by audit.Actor, id string) error {
	if err := s.parts.Initials.Delete(ctx, id); err != nil {
		return err
	}
	s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.InitialTokenEnded}))
	return nil
}
