package clients

import (
	"context"
	"errors"

	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/internal/forms"
)

// What follows takes over clients that another system registered, with the id
// and the secret that they have already, so that nothing changes for them.

// Bounds of a secret that was made elsewhere. Shorter ones are guessed.
const (
	minForeignSecret = 8
	maxForeignSecret = 512 // bytes
)

// CheckImport says, as forms.Problems, why a client could not be imported.
func (r *Registry) CheckImport(c Client, secret string) error {
	c = c.clone()
	c.Tidy()
	problems := append(checkID(c.ID), c.Validate(r.allowHTTP)...)
	if c.ID == "" {
		problems.Add("id", "client.id.missing")
	}
	if secret != "" && (len(secret) < minForeignSecret || len(secret) > maxForeignSecret || !clientauth.TextOK(secret)) {
		problems.Add("secret", "client.secret.bad", "min", minForeignSecret, "max", maxForeignSecret)
	}
	return problems.Err()
}

// Import keeps a client under the id and with the secret that it has at
// another system, in one write. A taken id is fs.ErrExist.
func (r *Registry) Import(ctx context.Context, c Client, secret string) (Client, error) {
	if err := r.CheckImport(c, secret); err != nil {
		return Client{}, err
	}
	c = c.clone()
	c.Secrets, c.Server, c.Document, c.ConsentVersion = nil, nil, nil, 1
	c.Created = r.stamp()
	c.Updated, c.Imported = c.Created, c.Created
	c.Tidy()
	if err := r.takeSecret(&c, secret); err != nil {
		return Client{}, err
	}
	return c, r.insert(ctx, c)
}

// ErrTouched means that somebody changed the client here since it was imported.
var ErrTouched = errors.New("somebody changed this client here since it was imported")

// Reimport makes of a client that nobody changed here what the other system
// says now. A new secret counts beside those that are there.
func (r *Registry) Reimport(ctx context.Context, want Client, secret string) error {
	if err := r.CheckImport(want, secret); err != nil {
		return err
	}
	want.Tidy()
	return r.change(ctx, want.ID, func(c *Client) error {
		if !c.untouched() {
			return ErrTouched
		}
		before := c.clone()
		c.take(want.clone())
		if !c.UsesSecret() {
			c.Secrets = nil
		}
		if !c.SharesKeys() {
			c.forgetKeys()
		}
		if err := r.takeSecret(c, secret); err != nil {
			return err
		}
		r.normalize(before, c)
		c.Imported = c.Updated
		return nil
	})
}

// CheckReimport says, as forms.Problems, why a kept client could not become what the
// other system says now.
func (r *Registry) CheckReimport(kept, want Client, secret string) error {
	kept, want = kept.clone(), want.clone()
	want.Tidy()
	kept.take(want)
	return r.takeSecret(&kept, secret)
}

// takeSecret gives the client a secret that was made elsewhere, unless it has
// it already.
func (r *Registry) takeSecret(c *Client, value string) error {
	if value == "" || !c.UsesSecret() || r.HasSecret(*c, value) {
		return nil
	}
	if len(c.Secrets) >= maxSecrets {
		return forms.New("secrets", "client.secrets.many", "max", maxSecrets)
	}
	secret := clientauth.SecretOf(value, r.stamp())
	if c.SharesKeys() {
		if err := r.auth.KeepAsKey(c.ID, value, &secret); err != nil {
			return err
		}
	}
	c.Secrets = append(c.Secrets, secret)
	return nil
}

func (c Client) untouched() bool { return !c.Imported.IsZero() && c.Imported.Equal(c.Updated) }

// A ClientStanding is what an import of a client finds here.
type ClientStanding string

// The standings. Only a Fresh client is added, only a Stale one changed.
const (
	Fresh   ClientStanding = "fresh"   // nothing has the id
	Same    ClientStanding = "same"    // it is here as the other system says
	Stale   ClientStanding = "stale"   // it was imported, and changed there since
	Touched ClientStanding = "touched" // it was imported, and somebody changed it here since
	Taken   ClientStanding = "taken"   // something else has the id
)

// SecretField is what a secret is called among the fields that differ.
const SecretField = "client secret"

// Standing says how a kept client (nil: there is none) stands to what another
// system says of it, and in which fields they differ.
func (r *Registry) Standing(kept *Client, want Client, secret string) (ClientStanding, []string) {
	if kept == nil {
		return Fresh, nil
	}
	want.Tidy()
	differ := kept.differsIn(want)
	if secret != "" && want.UsesSecret() && !r.HasSecret(*kept, secret) {
		differ = append(differ, SecretField)
	}
	switch {
	case len(differ) == 0:
		return Same, nil
	case kept.Imported.IsZero():
		return Taken, differ
	case !kept.untouched():
		return Touched, differ
	}
	return Stale, differ
}

// site is what an import says of the site that a client is.
func (c Client) site() FrappeSite {
	if c.Frappe == nil {
		return FrappeSite{}
	}
	return FrappeSite{URL: c.Frappe.URL, Provider: c.Frappe.Provider}
}

// takeSite leaves alone what was chosen here about a site.
func (c *Client) takeSite(from Client) {
	if c.Frappe == nil || from.Frappe == nil {
		c.Frappe = from.Frappe
		return
	}
	c.Frappe.URL, c.Frappe.Provider = from.Frappe.URL, from.Frappe.Provider
}

// differsIn and take go over the properties that an import decides about;
// whatever else an administrator set stays.
func (c Client) differsIn(want Client) []string {
	var labels []string
	for _, p := range properties {
		if p.imported != "" && !p.same(c, want) {
			labels = append(labels, p.imported)
		}
	}
	return labels
}

func (c *Client) take(want Client) {
	for _, p := range properties {
		if p.imported != "" {
			p.take(c, want)
		}
	}
}
