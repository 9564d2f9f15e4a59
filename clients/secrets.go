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

// AddSecret makes a new secret for the client and returns it; it is not kept
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

// HasSecret reports whether a presented secret is one of the client's.
func (r *Registry) HasSecret(c Client, presented string) bool {
	_, ok := r.FindSecret(c, presented)
	return ok
}

// FindSecret is that secret.
func (r *Registry) FindSecret(c Client, presented string) (clientauth.Secret, bool) {
	return r.auth.Match(c.Secrets, presented)
}

// DropSecret ends a secret at once. One that is not there is fs.ErrNotExist.
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

// use notes in this copy of the client which secret it showed just now, so
// that what is signed with a secret for it is signed with that one.
func (c Client) use(secretID string, now time.Time) {
	for i := range c.Secrets {
		if c.Secrets[i].ID == secretID {
			c.Secrets[i].LastUsed = now
		}
	}
}

// updateLastUsed notes that the secret was used and in which place it came, and
// keeps a weak one under the hub's key from now on if it was not.
func (r *Registry) updateLastUsed(ctx context.Context, c Client, used clientauth.Secret, place habits.Habit) {
	change := func(c *Client, now time.Time) bool {
		news := c.Habits.Saw(place, now)
		at := slices.IndexFunc(c.Secrets, func(s clientauth.Secret) bool { return s.ID == used.ID })
		if at < 0 || now.Sub(c.Secrets[at].LastUsed) < touchEvery && c.Secrets[at].Key == used.Key {
			return news // dropped meanwhile, or noted by another process
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

// note writes down what was seen of a client, unless change finds it noted. Of
// many simultaneous requests one does the write. Nothing depends on it, so a
// failure is logged and the client goes on.
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
		r.log.WarnContext(ctx, "could not note what a client was seen to do", "client", id, "error", err)
	}
}

// TakeSecret gives the client a secret that was made elsewhere, unless it has
// it already.
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
