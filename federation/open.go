package federation

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
)

// opened is a connector with the version of the key that it was opened from.
type opened struct {
	version   [sha256.Size]byte
	connector Connector
	guard     *guard
}

// Open returns the connector of an enabled key, for sign-in. A key that is
// missing or disabled is fs.ErrNotExist, also for a user who is just returning
// from the provider (FE-27). It does not use the network.
//
// The connector is guarded: while too many requests wait for the provider, or
// it is known not to answer, Begin and Finish return at once. Of the optional
// interfaces it only has Refresher; use OpenAny for the others.
func (r *Registry) Open(ctx context.Context, id string) (Connector, LoginKey, error) {
	o, key, err := r.open(ctx, id)
	if err != nil {
		return nil, LoginKey{}, err
	}
	if !key.Enabled {
		return nil, LoginKey{}, fmt.Errorf("login key %q is disabled: %w", id, fs.ErrNotExist)
	}
	g := guarded{o.connector, o.guard}
	if _, ok := o.connector.(Refresher); ok {
		return refreshing{g}, key, nil
	}
	return g, key, nil
}

// Confirm is fs.ErrNotExist for a key that is disabled or deleted by now,
// whatever the cache says. A sign-in calls it after it stored its session.
// Disabling a key is stored before its sessions are ended, so one of the two
// sees the other.
func (r *Registry) Confirm(ctx context.Context, id string) error {
	key, err := r.store.Get(ctx, id)
	if err == nil && !key.Enabled {
		err = fs.ErrNotExist
	}
	if err != nil {
		return fmt.Errorf("confirm login key %q: %w", id, err)
	}
	return nil
}

// OpenAny is Open for everything but sign-in: logout must work, and an
// administrator must be able to test, while the key is disabled. The connector
// is not guarded, and its results are not counted.
func (r *Registry) OpenAny(ctx context.Context, id string) (Connector, LoginKey, error) {
	o, key, err := r.open(ctx, id)
	return o.connector, key, err
}

func (r *Registry) open(ctx context.Context, id string) (opened, LoginKey, error) {
	key, err := r.Get(ctx, id)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			r.forget(id)
		}
		return opened{}, LoginKey{}, err
	}
	o, err := r.connector(key)
	if err != nil {
		return opened{}, LoginKey{}, fmt.Errorf("open login key %q: %w", id, AsFault(key.Name, Misconfigured, err))
	}
	return o, key, nil
}

// connector returns the opened connector if it matches the current key, so that
// nothing of an earlier version is used.
func (r *Registry) connector(key LoginKey) (opened, error) {
	version := key.version()
	r.mu.Lock()
	defer r.mu.Unlock()
	if o, found := r.opened[key.ID]; found && o.version == version {
		return o, nil
	}
	env := r.env
	env.Pin = func(ctx context.Context, id, issuer string) error { return r.pin(ctx, id, key.BaseURL, issuer) }
	env.Saw = func(ctx context.Context, id string, keys []PublishedKey) error {
		return r.saw(ctx, id, key.BaseURL, keys)
	}
	connector, err := r.make(key, env)
	if err != nil {
		return opened{}, err
	}
	o := opened{version, connector, newGuard(key, r.env.Now, r.report)}
	r.opened[key.ID] = o
	return o, nil
}

func (r *Registry) make(key LoginKey, env Dependencies) (Connector, error) {
	factory, found := r.factories[key.Kind]
	if !found {
		return nil, fmt.Errorf("no connector of kind %q", key.Kind)
	}
	return factory(key, env)
}

func (r *Registry) forget(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.opened, id)
}

// version is a digest of the settings that a connector is made from. Other
// settings, such as the position on the page, need no new connector.
func (k LoginKey) version() [sha256.Size]byte {
	text, err := json.Marshal([]any{k.ID, k.Kind, k.Name, k.BaseURL, k.ClientID, k.Secret, k.Scopes, k.Hosts, k.RoleMap, k.GroupMap,
		k.Preset, k.Options, k.Endpoints, k.Params, k.Claims, k.TrustAssurance, k.KeepTokens, k.AskOffline, k.SignOutThere, k.TrustEmail, k.AuthoritativeDomains, k.SiteKey})
	if err != nil {
		panic("strings and lists of strings always have a JSON form: " + err.Error())
	}
	return sha256.Sum256(text)
}

// errPinned ends an update without a write.
var errPinned = errors.New("already pinned")

// pin stores the issuer that the provider of a key had when it was read at this
// address.
func (r *Registry) pin(ctx context.Context, id, address, issuer string) error {
	err := r.store.Update(ctx, id, func(k *LoginKey) error {
		switch {
		case k.Issuer == issuer:
			return errPinned
		case k.Issuer != "":
			return NewFault(Misconfigured, k.Name, fmt.Errorf("its issuer is now %q and was %q", issuer, k.Issuer))
		case k.BaseURL != address:
			// The address of the key was changed meanwhile.
			return fmt.Errorf("the issuer %q was found at %q, not at %q", issuer, address, k.BaseURL)
		}
		k.Issuer = issuer
		k.returns(issuer)
		return nil
	})
	if errors.Is(err, errPinned) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("pin the issuer of login key %q: %w", id, err)
	}
	r.records.Drop()
	return nil
}
