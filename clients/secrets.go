package clients

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/names"
	"github.com/fedhub/fedhub/internal/secrets"
)

// A Secret is one of the secrets a client may show. Several can be active, so
// one is replaced without downtime: add the new, switch the app, drop the old.
type Secret struct {
	ID      string    `bson:"id"`
	Hash    string    `bson:"hash" secret:"hash"`               // SHA-256, hex; enough, because the value is random
	Hint    string    `bson:"hint"`                             // the last four characters
	Sealed  string    `bson:"sealed,omitempty" secret:"sealed"` // the value, encrypted, where it serves as a key
	Created time.Time `bson:"created"`
	Expires time.Time `bson:"expires,omitempty"` // zero: never

	// LastUsed is behind by up to an hour, so that a token request does not
	// cost a write.
	LastUsed time.Time `bson:"last_used,omitempty"`
}

// Active reports whether the secret still counts.
func (s Secret) Active(now time.Time) bool { return s.Expires.IsZero() || now.Before(s.Expires) }

const (
	maxSecrets = 10
	touchEvery = time.Hour
)

// AddSecret makes a new secret for the client and returns it; it is not kept
// and cannot be shown again. It expires after life; zero means never.
func (r *Registry) AddSecret(ctx context.Context, id string, life time.Duration) (string, error) {
	value := names.ClientSecretPrefix + randomText(48) // 68 octets: long enough a key for HS512 (RFC 7518 §3.2)
	secret := Secret{
		ID:      randomText(9),
		Hash:    hash(value),
		Hint:    value[len(value)-4:],
		Created: r.stamp(),
	}
	if life > 0 {
		secret.Expires = secret.Created.Add(life)
	}
	err := r.change(ctx, id, func(c *Client) error {
		if !c.usesSecret() {
			return forms.New("auth_method", "client.secret.needless", "method", c.AuthMethod)
		}
		if len(c.Secrets) >= maxSecrets {
			return forms.New("secrets", "client.secrets.many", "max", maxSecrets)
		}
		if c.SharesKeys() {
			if r.seal == nil {
				return errors.New("no seal, so no secret can be kept as a key")
			}
			secret.Sealed = r.seal([]byte(value), names.ClientSecret(id, secret.ID))
		}
		c.Secrets = append(c.Secrets, secret)
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("add secret: %w", err)
	}
	return value, nil
}

// DropSecret ends a secret at once. One that is not there is fs.ErrNotExist.
func (r *Registry) DropSecret(ctx context.Context, id, secretID string) error {
	err := r.change(ctx, id, func(c *Client) error {
		at := slices.IndexFunc(c.Secrets, func(s Secret) bool { return s.ID == secretID })
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

// checkSecret holds the presented secret against the active ones.
func (r *Registry) checkSecret(ctx context.Context, c Client, presented string) error {
	secret, ok := match(c.Secrets, presented, r.now())
	if !ok {
		return errors.New("the secret is wrong or has expired")
	}
	r.updateLastUsed(ctx, c.ID, secret)
	c.use(secret.ID, r.stamp())
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

// match compares digests in constant time and always to the end, so that
// neither the place of a difference nor the number of secrets shows. With no
// secret at all it still does the work of one.
func match(kept []Secret, presented string, now time.Time) (Secret, bool) {
	given := hash(presented)
	var found Secret
	ok := 0
	for _, s := range append(slices.Clone(kept), Secret{Hash: strings.Repeat("0", len(given))}) {
		if secrets.Same(s.Hash, given) && s.ID != "" && s.Active(now) {
			found, ok = s, 1
		}
	}
	return found, ok == 1
}

// updateLastUsed notes that the secret was used. Nothing depends on it, so a failure is
// logged and the client is let in.
func (r *Registry) updateLastUsed(ctx context.Context, id string, used Secret) {
	now := r.stamp()
	// One of many simultaneous requests does the write.
	if now.Sub(used.LastUsed) < touchEvery || !r.acquireLease("touch "+used.ID, touchEvery) {
		return
	}
	err := r.change(ctx, id, func(c *Client) error {
		at := slices.IndexFunc(c.Secrets, func(s Secret) bool { return s.ID == used.ID })
		if at < 0 || now.Sub(c.Secrets[at].LastUsed) < touchEvery {
			return errUnchanged // dropped meanwhile, or noted by another process
		}
		c.Secrets[at].LastUsed = now
		return nil
	})
	if err != nil {
		r.log.WarnContext(ctx, "could not note when a client secret was last used", "client", id, "error", err)
	}
}

// randomText returns n random bytes as base64url, whose characters need no
// escaping in a form, a header or a shell.
func randomText(n int) string {
	return secrets.Text(n)
}

func hash(value string) string {
	return secrets.HexHash(value)
}
