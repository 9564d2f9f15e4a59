package clients

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/clients/metadatadoc"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/jwt"
	"github.com/fedhub/fedhub/internal/texts"
)

// How many servers may wait for approval at once. Anybody can ask, so the
// list an administrator reads must stay readable, and one host must not be
// able to fill it.
const (
	maxPending        = 100
	maxPendingPerHost = 5
)

// ErrTooManyPending is Introduce's answer while too many servers wait.
var ErrTooManyPending = errors.New("too many servers wait for approval; an administrator must decide about some of them first")

// VerifyKey checks that credentials come from the server whose metadata URL they
// name, whatever its state and even if it is not known yet: for the door where
// servers introduce themselves and ask how they stand. It keeps nothing. A
// server that does not prove itself is *clientauth.AuthError, one whose document cannot
// be used *metadatadoc.Error.
func (r *Registry) VerifyKey(ctx context.Context, cred clientauth.Credentials, audience string) (Client, error) {
	if cred.Method != clientauth.MethodKey || !metadatadoc.IsURL(cred.ID, r.allowHTTP) {
		return Client{}, &clientauth.AuthError{
			Code: clientauth.InvalidClient, Basic: cred.Method == clientauth.MethodBasic,
			Description: "a server introduces itself with the URL of its metadata document as client_id and a client_assertion",
		}
	}
	client, err := r.Lookup(ctx, cred.ID)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Client{}, err
	}
	find := func(t *jwt.Token) (clientauth.Keys, error) { return r.auth.Keys.For(ctx, client.Publisher(), t) }
	if err != nil || client.Server == nil || client.Server.State == Pending {
		found := r.peek(ctx, cred.ID)
		if found.err != nil {
			return Client{}, found.err
		}
		client = found.client.clone()
		find = func(*jwt.Token) (clientauth.Keys, error) { return found.keys, nil }
	}
	if _, err := r.auth.Assertion(ctx, cred, find, []string{cmp.Or(audience, r.auth.Issuer)}); err != nil {
		return Client{}, err
	}
	return client, nil
}

// RequestConnection makes a server known, after Prove, and returns its record, whose
// Server.State says how it stands. via is what speaks for it: ViaInvite (the
// caller redeemed the code), ViaDomain, ViaAdmin, or "" for nothing. With
// something the server becomes active, without it waits as pending.
//
// What speaks for a server never overrules an administrator: one that was
// refused or suspended stays so until Decide or Delete.
func (r *Registry) RequestConnection(ctx context.Context, metadataURL, via string) (Client, error) {
	known, err := r.Lookup(ctx, metadataURL)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return r.approve(ctx, metadataURL, via, false)
	case err != nil:
		return Client{}, err
	case known.Document != nil:
		// It asked people before it introduced itself. What an administrator
		// turned off stays off.
		if err := r.Delete(ctx, known.ID); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return Client{}, err
		}
		return r.approve(ctx, metadataURL, via, known.Disabled)
	case known.Server == nil || known.Server.State != Pending:
		return r.backAgain(ctx, known)
	}
	return r.retryRequest(ctx, known, via)
}

// backAgain returns a server about which an administrator decided. One that had
// left is here again; the decision stands.
func (r *Registry) backAgain(ctx context.Context, known Client) (Client, error) {
	if known.Server == nil || known.Server.Left.IsZero() {
		return known, nil
	}
	err := r.change(ctx, known.ID, func(c *Client) error {
		if c.Server != nil {
			c.Server.Left = time.Time{}
		}
		known = c.clone()
		return nil
	})
	return known, err
}

// approve keeps a server that was not known.
func (r *Registry) approve(ctx context.Context, metadataURL, via string, disabled bool) (Client, error) {
	found := r.peek(ctx, metadataURL)
	if found.err != nil {
		return Client{}, found.err
	}
	client := found.client.clone()
	client.Created, client.Disabled = r.stamp(), disabled
	client.Updated = client.Created
	client.Server.Requested = client.Created
	if via != "" {
		client.Server.admit(via, via, client.Created)
	}
	r.joining.Lock()
	defer r.joining.Unlock()
	if via == "" {
		if err := r.roomFor(ctx, client.Server.Host); err != nil {
			return Client{}, err
		}
	}
	err := r.insert(ctx, client)
	if errors.Is(err, fs.ErrExist) { // it asked twice at once
		return r.Lookup(ctx, metadataURL)
	}
	if err != nil {
		return Client{}, err
	}
	return client, nil
}

func (r *Registry) roomFor(ctx context.Context, host string) error {
	waiting, sameHost := 0, 0
	for c, err := range r.ByState(ctx, Pending) {
		if err != nil {
			return err
		}
		if waiting++; c.Server.Host == host {
			sameHost++
		}
	}
	if waiting >= maxPending || sameHost >= maxPendingPerHost {
		return ErrTooManyPending
	}
	return nil
}

// retryRequest brings a pending server up to date, so that an administrator
// decides about what it publishes now.
func (r *Registry) retryRequest(ctx context.Context, known Client, via string) (Client, error) {
	var update func(*Client)
	if r.now().Sub(known.Server.Fetched) >= sightLife {
		found := r.peek(ctx, known.ID)
		if found.err != nil {
			return Client{}, found.err
		}
		update = func(c *Client) {
			applyDocument(c, found.client)
			c.Server.KeyThumbprints = slices.Clone(found.client.Server.KeyThumbprints)
		}
	}
	if update == nil && via == "" {
		return known, nil // it only asks how it stands
	}
	var now Client
	defer r.auth.Keys.Drop(known.ID)
	err := r.change(ctx, known.ID, func(c *Client) error {
		if c.Server == nil || c.Server.State != Pending {
			now = c.clone()
			return errUnchanged
		}
		before := c.clone()
		if update != nil {
			update(c)
		}
		// A trusted domain does not lift a hold: new keys and nothing else are
		// just what someone who took the domain over would have to show.
		if via != "" && (!c.Server.IsHeld() || via != ViaDomain) {
			c.Server.admit(via, via, r.stamp())
		}
		r.normalize(before, c)
		now = c.clone()
		return nil
	})
	if err != nil {
		return Client{}, fmt.Errorf("refresh pending server: %w", err)
	}
	return now, nil
}

// admit makes the server active.
func (s *FederatedHub) admit(via, by string, at time.Time) {
	s.State, s.Via, s.HeldWhy = Active, via, texts.Text{}
	s.Held = ""
	s.Decided, s.DecidedBy = at, by
}

// Decide records an administrator's decision about a server: Active, Refused
// or Suspended. To forget it altogether there is Delete. by is who decided. An
// approval is for the keys the record shows.
func (r *Registry) Decide(ctx context.Context, id string, state State, by string) error {
	defer r.auth.Keys.Drop(id) // keys that counted before the decision do not count after it
	err := r.change(ctx, id, func(c *Client) error {
		if c.Server == nil {
			return forms.New("server", "hub.none")
		}
		switch {
		case state == c.Server.State:
			return errUnchanged
		case state == Active:
			c.Server.admit(ViaAdmin, by, r.stamp())
		case state == Refused && c.Server.State == Pending, state == Suspended && c.Server.State == Active:
			c.Server.State, c.Server.Decided, c.Server.DecidedBy = state, r.stamp(), by
		default:
			return forms.New("state", "hub.state.bad", "state", c.Server.State, "wanted", state)
		}
		c.Updated = r.stamp()
		return nil
	})
	if err != nil {
		return fmt.Errorf("decide about server: %w", err)
	}
	return nil
}
