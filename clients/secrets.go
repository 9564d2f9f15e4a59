package clients

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/clients/habits"
	"github.com/fedhub/fedhub/internal/forms"
)

const (
	maxSecrets = 10
	touchEvery = time.Hour
)

// AddSecret makes a new secret for the client and returns it. It is not stored
// and cannot be shown again. It expires after life; zero means never.
func (r *Registry) AddSecret(ctx context.Context, id string, life time.Duration) (string, error) {
	value, secret := clientauth.NewSecret(r.Stamp())
	if life > 0 {
		secret.Expires = secret.Created.Add(life)
	}
	err := r.Change(ctx, id, func(c *Client) error {
		if !c.UsesSecret() {
			return forms.New("auth_method", "client.secret.needless", "method", c.AuthMethod)
		}
		if len(c.Secrets) >= maxSecrets {
			return forms.New("secrets", "client.secrets.many", "max", maxSecrets)
		}
		if c.SharesKeys() {
			if err := r.auth.KeepAsKey(id, value, &secret); err != nil {
				return err
			}
		}
		c.Secrets = append(c.Secrets, secret)
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("add secret: %w", err)
	}
	return value, nil
}

// HasSecret reports whether a presented secret belongs to the client.
func (r *Registry) HasSecret(c Client, presented string) bool {
	_, ok := r.FindSecret(c, presented)
	return ok
}

// FindSecret returns that secret.
func (r *Registry) FindSecret(c Client, presented string) (clientauth.Secret, bool) {
	return r.auth.Match(c.Secrets, presented)
}

// DropSecret removes a secret at once. A missing one is fs.ErrNotExist.
func (r *Registry) DropSecret(ctx context.Context, id, secretID string) error {
	err := r.Change(ctx, id, func(c *Client) error {
		at := slices.IndexFunc(c.Secrets, func(s clientauth.Secret) bool { return s.ID == secretID })
		if at < 0 {
			return fs.ErrNotExist
		}
		c.Secrets = slices.Delete(c.Secrets, at, at+1)
		return nil
	})
	if err != nil {
		return fmt.Errorf("drop secret: %w", err)
	}
	return nil
}

// use notes in this copy of the client which secret it just used, so that
// answers that are signed with a secret use the same one.
func (c Client) use(secretID string, now time.Time) {
	for i := range c.Secrets {
		if c.Secrets[i].ID == secretID {
			c.Secrets[i].LastUsed = now
		}
	}
}

// updateLastUsed notes that the secret was used and where it was sent, and
// re-hashes a weak secret under the hub's key.
func (r *Registry) updateLastUsed(ctx context.Context, c Client, used clientauth.Secret, place habits.Habit) {
	change := func(c *Client, now time.Time) bool {
		news := c.Habits.Saw(place, now)
		at := slices.IndexFunc(c.Secrets, func(s clientauth.Secret) bool { return s.ID == used.ID })
		if at < 0 || now.Sub(c.Secrets[at].LastUsed) < touchEvery && c.Secrets[at].Key == used.Key {
			return news // removed meanwhile, or noted by another process
		}
		s := &c.Secrets[at]
		s.LastUsed, s.Hash, s.Key, s.Hint = now, used.Hash, used.Key, used.Hint
		return true
	}
	now, seen := r.Stamp(), c.Clone()
	if change(&seen, now) {
		r.note(ctx, c.ID, fmt.Sprint(used.ID, used.Key, place), touchEvery, func(c *Client) bool { return change(c, now) })
	}
}

// note stores an observation about a client, unless change finds it already
// stored. Of many concurrent requests one writes. Nothing depends on it, so a
// failure is only logged.
func (r *Registry) note(ctx context.Context, id, what string, every time.Duration, change func(*Client) bool) {
	if !r.turns.Take(what, r.Stamp(), every) {
		return
	}
	err := r.Change(ctx, id, func(c *Client) error {
		if !change(c) {
			return ErrUnchanged
		}
		return nil
	})
	if err != nil {
		r.log.WarnContext(ctx, "could not store the observed use of an application", "client", id, "error", err)
	}
}

// TakeSecret gives the client a secret that was made elsewhere, unless it
// already has it.
func (r *Registry) TakeSecret(c *Client, value string) error {
	if value == "" || !c.UsesSecret() || r.HasSecret(*c, value) {
		return nil
	}
	if len(c.Secrets) >= maxSecrets {
		return forms.New("secrets", "client.secrets.many", "max", maxSecrets)
	}
	secret, err := r.auth.ForeignSecret(value, r.Stamp())
	if err != nil {
		return err
	}
	if c.SharesKeys() {
		if err := r.auth.KeepAsKey(c.ID, value, &secret); err != nil {
			return err
		}
	}
	c.Secrets = append(c.Secrets, secret)
	return nil
}
