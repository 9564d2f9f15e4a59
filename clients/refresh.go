package clients

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/clients/metadatadoc"
	"github.com/fedhub/fedhub/internal/jwt"
	"github.com/fedhub/fedhub/internal/texts"
)

// documentLife is how old an active server's metadata may be before it is read
// again.
const documentLife = time.Hour

// refreshPause is between two attempts, when they fail.
const refreshPause = 5 * time.Minute

// Codes for why an active server is held.
const (
	heldKeys     = "hub.held.keys"
	heldRedirect = "hub.held.redirect"
)

// errHeld says that a server was just put back to pending.
const errHeld = jwt.Flaw("the server published entirely new keys, so an administrator must approve it again")

// refreshIfOld reads an active server's metadata again when it is old. The
// request that noticed does not wait: what is known is still valid, and if the
// reading fails it stays so.
func (r *Registry) refreshIfOld(c Client) {
	if c.Server == nil || r.now().Sub(c.Server.Fetched) < documentLife || !r.acquireLease("refresh "+c.ID, refreshPause) {
		return
	}
	r.worker.start(c.ID, func(ctx context.Context) { r.refresh(ctx, c.ID) })
}

func (r *Registry) refresh(ctx context.Context, id string) {
	found := r.discover(ctx, id)
	switch {
	case errors.Is(found.err, errForeignRedirect):
		r.hold(ctx, id, heldRedirect)
	case errors.Is(found.err, metadatadoc.ErrGone):
		r.gone(ctx, id)
	case found.err != nil:
		r.log.WarnContext(ctx, "could not refresh a federated server; what is known of it stays", "client", id, "error", found.err)
	default:
		err := r.follow(ctx, id, found.keys, func(c *Client) { applyDocument(c, found.client) })
		if err != nil {
			r.log.WarnContext(ctx, "refreshed a federated server", "client", id, "error", err)
		}
	}
}

// Follow records the keys that an approved server publishes now.
func (r *Registry) Follow(ctx context.Context, id string, published clientauth.Keys) error {
	return r.follow(ctx, id, published, nil)
}

// follow records the keys that an approved server publishes now, with what
// else apply changes.
//
// An approval is an approval of whoever holds the keys, known by a web
// address. Keys change one after the other: a server publishes the new key
// while it still signs with the old one, so each reading has one in common
// with the reading before. When all are new at once, the address may have a
// new owner (a lapsed domain, a hijacked host), and the old owner's approval
// is not theirs: the server goes back to pending until somebody has looked. A
// redirect URI that moves to another origin is the same, for answers instead
// of questions.
func (r *Registry) follow(ctx context.Context, id string, published clientauth.Keys, apply func(*Client)) error {
	prints := published.Thumbprints()
	held := false
	err := r.change(ctx, id, func(c *Client) error {
		held = false
		if c.Server == nil {
			return errUnchanged
		}
		before := c.clone()
		if apply != nil {
			apply(c)
		}
		known := before.Server.KeyThumbprints
		if apply == nil && slices.Equal(known, prints) {
			return errUnchanged
		}
		if c.Server.State != Pending && !clientauth.Overlap(known, prints) {
			held = true
			if c.Server.State != Active {
				return errUnchanged // it stays locked out, and its known keys known
			}
			c.Server.hold(heldKeys, r.stamp())
		}
		c.Server.KeyThumbprints = prints
		r.normalize(before, c)
		return nil
	})
	if err != nil {
		return fmt.Errorf("follow server: %w", err)
	}
	if held {
		r.auth.Keys.Drop(id)
		r.log.WarnContext(ctx, "a federated server must be approved again", "client", id, "reason", heldKeys)
		return errHeld
	}
	return nil
}

// hold puts an active server back to pending.
func (r *Registry) hold(ctx context.Context, id, reason string) {
	defer r.auth.Keys.Drop(id)
	err := r.change(ctx, id, func(c *Client) error {
		if c.Server == nil || c.Server.State != Active {
			return errUnchanged
		}
		c.Server.hold(reason, r.stamp())
		c.Updated = r.stamp()
		return nil
	})
	r.log.WarnContext(ctx, "a federated server must be approved again", "client", id, "reason", reason, "error", err)
}

func (s *FederatedHub) hold(reason string, at time.Time) {
	s.State, s.HeldWhy, s.Requested = Pending, texts.New(reason), at
	s.Held = ""
}

// applyDocument takes over what a server says of itself, and leaves alone what
// administrators decide: scopes, consent, roles, whether it is disabled.
func applyDocument(c *Client, read Client) {
	c.takeAll(ByHub, read)
	if !slices.Contains(c.RedirectURIs, c.DefaultRedirectURI) {
		c.DefaultRedirectURI = read.DefaultRedirectURI
	}
	c.Server.Fetched, c.Server.Gone = read.Server.Fetched, time.Time{}
}
