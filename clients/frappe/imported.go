package frappe

import (
	"context"
	"errors"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
)

// What follows takes over clients that another system registered, with the id
// and the secret that they have already, so that nothing changes for them.

// CheckImport says, as forms.Problems, why a client could not be imported.
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

// Import keeps a client under the id and with the secret that it has at
// another system, in one write. A taken id is fs.ErrExist.
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

// ErrTouched means that somebody changed the client here since it was imported.
var ErrTouched = errors.New("somebody changed this client here since it was imported")

// Reimport makes of a client that nobody changed here what the other system
// says now. A new secret counts beside those that are there.
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

// CheckReimport says, as forms.Problems, why a kept client could not become what the
// other system says now.
func (s *Service) CheckReimport(kept, want clients.Client, secret string) error {
	kept, want = kept.Clone(), want.Clone()
	want.Tidy()
	take(&kept, want)
	return s.clients.TakeSecret(&kept, secret)
}

func untouched(c clients.Client) bool { return !c.Imported.IsZero() && c.Imported.Equal(c.Updated) }

// A Standing is what an import of a client finds here.
type Standing string

// The standings. Only a Fresh client is added, only a Stale one changed.
const (
	Fresh   Standing = "fresh"   // nothing has the id
	Same    Standing = "same"    // it is here as the other system says
	Stale   Standing = "stale"   // it was imported, and changed there since
	Touched Standing = "touched" // it was imported, and somebody changed it here since
	Taken   Standing = "taken"   // something else has the id
)

// SecretField is what a secret is called among the fields that differ.
const SecretField = "client secret"

// Standing says how a kept client (nil: there is none) stands to what another
// system says of it, and in which fields they differ.
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

// differsIn and take go over the properties that an import decides about;
// whatever else an administrator set stays.
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
