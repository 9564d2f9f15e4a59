package federation

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/fedhub/fedhub/federation/addresses"
	"github.com/fedhub/fedhub/internal/forms"
)

// maxTwins is how many keys may share a name before an id must be given.
const maxTwins = 50

// Add saves a new key and returns it as saved. secret is the client secret in
// plain, or empty. Without an ID the key gets one from its Name. The error is
// forms.Problems if the key cannot be saved, and fs.ErrExist for a taken ID.
func (r *Registry) Add(ctx context.Context, k LoginKey, secret string) (LoginKey, error) {
	k = k.clone()
	k.Secret, k.SiteKey, k.Issuer, k.Join = "", "", "", ConnectionRequest{}
	k.Published, k.Former = nil, nil
	if k.Kind == KindPeer {
		k.KeepTokens = true // two hubs keep each other up to date
	}
	k.Created = r.moment()
	if k.Position == 0 {
		var err error
		if k.Position, err = r.last(ctx); err != nil {
			return LoginKey{}, err
		}
	}
	named := strings.TrimSpace(k.ID) != ""
	if !named {
		k.ID = addresses.Slug(k.Name)
	}
	base := k.ID
	for twin := 2; ; twin++ {
		if err := r.settle(&k, secret); err != nil {
			return LoginKey{}, err
		}
		err := r.store.Insert(ctx, k)
		if err == nil {
			r.records.Drop()
			return k, nil
		}
		if named || !errors.Is(err, fs.ErrExist) || twin > maxTwins {
			return LoginKey{}, fmt.Errorf("add login key %q: %w", k.ID, err)
		}
		k.ID = fmt.Sprintf("%s-%d", base, twin)
	}
}

// Update changes a key. secret is a new client secret in plain; empty keeps
// the saved one, and change may empty k.Secret to remove it. The error is
// forms.Problems if the result cannot be saved.
func (r *Registry) Update(ctx context.Context, id, secret string, change func(k *LoginKey) error) error {
	err := r.store.Update(ctx, id, func(k *LoginKey) error {
		before := k.clone()
		if err := change(k); err != nil {
			return err
		}
		k.Tidy()
		if err := moves(before, k, secret, r.moment()).Err(); err != nil {
			return err
		}
		return r.settle(k, secret)
	})
	r.records.Drop()
	if err != nil {
		return fmt.Errorf("update login key %q: %w", id, err)
	}
	return nil
}

// Retire switches a key off that is about to be removed. Its other settings are
// not looked at: one that could not be saved today can still go.
func (r *Registry) Retire(ctx context.Context, id string) error {
	err := r.store.Update(ctx, id, func(k *LoginKey) error {
		k.Enabled = false
		return nil
	})
	r.records.Drop()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("switch login key %q off: %w", id, err)
	}
	return nil
}

// Delete removes a key. Identities that were linked through it stay, and mean
// the same people again should the key come back with the same id and issuer.
func (r *Registry) Delete(ctx context.Context, id string) error {
	err := r.store.Delete(ctx, id)
	r.records.Drop()
	r.forget(id)
	if err != nil {
		return fmt.Errorf("delete login key %q: %w", id, err)
	}
	return nil
}

// moves handles what must not change, and what must change together with the
// address.
func moves(before LoginKey, k *LoginKey, secret string, now time.Time) forms.Problems {
	switch {
	case k.ID != before.ID:
		return forms.New("id", "provider.id.fixed")
	case k.Kind != before.Kind:
		return forms.New("kind", "provider.kind.fixed")
	case k.Secret != before.Secret && k.Secret != "":
		return forms.New("secret", "provider.secret.sealed")
	case k.SiteKey != before.SiteKey && k.SiteKey != "":
		return forms.New("site_key", "provider.secret.sealed")
	}
	// AD-10: a saved secret goes where it was meant to go. Whoever can change
	// the address, but never saw the secret, could otherwise have it sent to
	// himself.
	moved := k.BaseURL != before.BaseURL || k.Endpoints.Token != before.Endpoints.Token
	if moved && k.Secret != "" && secret == "" {
		return forms.New("secret", "provider.secret.moved", "address", before.BaseURL)
	}
	if k.BaseURL == before.BaseURL {
		return nil
	}
	if k.SiteKey != "" && k.NewSiteKey == "" {
		return forms.New("site_key", "provider.secret.moved", "address", before.BaseURL)
	}
	k.leaves(before, now)
	k.Issuer, k.Join = "", ConnectionRequest{}
	if slices.Equal(k.Hosts, before.Hosts) {
		k.Hosts = nil // confirmed for the site before
	}
	return nil
}

// settle makes a key ready to be written, or says why it cannot be.
func (r *Registry) settle(k *LoginKey, secret string) error {
	k.Tidy()
	secret = strings.TrimSpace(secret)
	problems := k.Validate(r.env)
	if _, found := r.factories[k.Kind]; !found {
		problems.Add("kind", "provider.kind.unknown", "kind", k.Kind)
	}
	problems = append(problems, checkSiteKey(*k)...)
	if err := append(problems, checkSecret(*k, secret)...).Err(); err != nil {
		return err
	}
	if k.NewSiteKey != "" {
		k.SiteKey, k.NewSiteKey = r.seal(k.NewSiteKey, k.SiteKeyContext()), ""
	}
	if secret != "" {
		k.Secret = r.seal(secret, k.SecretContext())
		k.SecretShort = k.Kind == KindFrappe && ShortSecret(secret)
	}
	k.SecretShort = k.SecretShort && k.Secret != ""
	k.Updated = r.moment()
	return nil
}

// moment is now as the store keeps it.
func (r *Registry) moment() time.Time { return r.env.Now().UTC().Truncate(time.Millisecond) }

// Check says, as forms.Problems, why a key could not be added. It writes nothing.
func (r *Registry) Check(k LoginKey, secret string) error {
	k = k.clone()
	k.Secret, k.SiteKey, k.Issuer, k.Join = "", "", "", ConnectionRequest{}
	k.Published, k.Former = nil, nil
	return r.settle(&k, secret)
}
