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

// maxTwins is how many keys may share a name before the id must be given.
const maxTwins = 50

// Add stores a new key and returns it as stored. secret is the client secret in
// plain text, or empty. Without an ID the key gets one from its Name. If the
// key is not valid, the error is forms.Problems, and fs.ErrExist for a taken
// ID.
func (r *Registry) Add(ctx context.Context, k LoginKey, secret string) (LoginKey, error) {
	k = k.clone()
	k.Secret, k.SiteKey, k.Issuer, k.Join = "", "", "", ConnectionRequest{}
	k.Published, k.Former = nil, nil
	if k.Kind == KindPeer {
		k.KeepTokens = true // connected hubs refresh each other's profiles
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

// Update changes a key. secret is a new client secret in plain text; empty
// keeps the stored one, and change may clear k.Secret to remove it. If the
// result is not valid, the error is forms.Problems.
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

// Retire disables a key before its removal. It does not check the other
// settings: a key that is no longer valid can still be removed.
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

// Delete removes a key. Its identities stay, and belong to the same users if a
// key with the same id and issuer is added again.
func (r *Registry) Delete(ctx context.Context, id string) error {
	err := r.store.Delete(ctx, id)
	r.records.Drop()
	r.forget(id)
	if err != nil {
		return fmt.Errorf("delete login key %q: %w", id, err)
	}
	return nil
}

// moves handles settings that must not change, or must change together with the
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
	// AD-10: a stored secret is only sent to the address it was entered for.
	// Otherwise an administrator who never saw the secret could have it sent to
	// their own server.
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
		k.Hosts = nil // they were confirmed for the earlier site
	}
	return nil
}

// settle makes a key ready to be stored, or reports why it is not valid.
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

// moment is the current time in the store's precision.
func (r *Registry) moment() time.Time { return r.env.Now().UTC().Truncate(time.Millisecond) }

// Check returns, as forms.Problems, why a key cannot be added. It writes
// nothing.
func (r *Registry) Check(k LoginKey, secret string) error {
	k = k.clone()
	k.Secret, k.SiteKey, k.Issuer, k.Join = "", "", "", ConnectionRequest{}
	k.Published, k.Former = nil, nil
	return r.settle(&k, secret)
}
