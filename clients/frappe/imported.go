package frappe

import (
	"context"
	"errors"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
)

// The import of clients of another system. They keep their id and secret, so
// that the applications need no change.

// CheckImport returns, as forms.Problems, why a client cannot be imported.
func (s *Service) CheckImport(c clients.Client, secret string) error {
	c = c.Clone()
	c.Tidy()
	problems := s.clients.Check(c)
	if c.ID == "" {
		problems.Add("id", "client.id.missing")
	}
	if secret != "" {
		problems = append(problems, clientauth.CheckForeign(secret)...)
	}
	return problems.Err()
}

// Import adds a client with the id and secret of another system, in one write.
// A taken id is fs.ErrExist.
func (s *Service) Import(ctx context.Context, c clients.Client, secret string) (clients.Client, error) {
	if err := s.CheckImport(c, secret); err != nil {
		return clients.Client{}, err
	}
	c = c.Clone()
	c.Secrets, c.Server, c.Document, c.ConsentVersion = nil, nil, nil, 1
	c.Created = s.clients.Stamp()
	c.Updated, c.Imported = c.Created, c.Created
	c.Tidy()
	if err := s.clients.TakeSecret(&c, secret); err != nil {
		return clients.Client{}, err
	}
	return c, s.clients.Insert(ctx, c)
}

// ErrTouched means that the client was changed here since it was imported.
var ErrTouched = errors.New("this application was changed here since it was imported")

// Reimport updates an imported client that was not changed here. A new secret
// is valid in addition to the existing ones.
func (s *Service) Reimport(ctx context.Context, want clients.Client, secret string) error {
	if err := s.CheckImport(want, secret); err != nil {
		return err
	}
	want.Tidy()
	return s.clients.Change(ctx, want.ID, func(c *clients.Client) error {
		if !untouched(*c) {
			return ErrTouched
		}
		before := c.Clone()
		take(c, want.Clone())
		c.DropNeedlessSecrets()
		if err := s.clients.TakeSecret(c, secret); err != nil {
			return err
		}
		c.Amended(before, s.clients.Stamp())
		c.Imported = c.Updated
		return nil
	})
}

// CheckReimport returns, as forms.Problems, why an existing client cannot be
// updated from the other system.
func (s *Service) CheckReimport(kept, want clients.Client, secret string) error {
	kept, want = kept.Clone(), want.Clone()
	want.Tidy()
	take(&kept, want)
	return s.clients.TakeSecret(&kept, secret)
}

func untouched(c clients.Client) bool { return !c.Imported.IsZero() && c.Imported.Equal(c.Updated) }

// A Standing is how an import compares with the clients here.
type Standing string

// The standings. Only a Fresh client is added, only a Stale one changed.
const (
	Fresh   Standing = "fresh"   // the id is free
	Same    Standing = "same"    // no difference
	Stale   Standing = "stale"   // imported before, and changed there since
	Touched Standing = "touched" // imported before, and changed here since
	Taken   Standing = "taken"   // another client has the id
)

// SecretField stands for the secret in a list of differing fields.
const SecretField = "client secret"

// Standing compares a stored client (nil: there is none) with that of another
// system, and returns the differing fields.
func (s *Service) Standing(kept *clients.Client, want clients.Client, secret string) (Standing, []string) {
	if kept == nil {
		return Fresh, nil
	}
	want.Tidy()
	differ := differsIn(*kept, want)
	if secret != "" && want.UsesSecret() && !s.clients.HasSecret(*kept, secret) {
		differ = append(differ, SecretField)
	}
	switch {
	case len(differ) == 0:
		return Same, nil
	case kept.Imported.IsZero():
		return Taken, differ
	case !untouched(*kept):
		return Touched, differ
	}
	return Stale, differ
}

// differsIn and take handle the properties that an import sets; an
// administrator's other settings stay.
func differsIn(kept, want clients.Client) []string {
	var labels []string
	for _, p := range clients.Properties() {
		if p.Imported != "" && !p.Same(kept, want) {
			labels = append(labels, p.Imported)
		}
	}
	return labels
}

func take(c *clients.Client, want clients.Client) {
	for _, p := range clients.Properties() {
		if p.Imported != "" {
			p.CopyTo(c, want)
		}
	}
}
