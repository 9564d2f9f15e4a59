package hubs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/fedhub/fedhub/clients"
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
var errHeld = jwt.Flaw("jwt.keys.new")

// refreshIfOld reads an active server's metadata again when it is old. The
// request that noticed does not wait: what is known is still valid, and if the
// reading fails it stays so.
func (s *Service) refreshIfOld(c clients.Client) {
	if c.Server == nil || s.now().Sub(c.Server.Fetched) < documentLife || !s.turns.Take("refresh "+c.ID, s.now(), refreshPause) {
		return
	}
	s.worker.start(c.ID, func(ctx context.Context) { s.refresh(ctx, c.ID) })
}

func (s *Service) refresh(ctx context.Context, id string) {
	found := s.discover(ctx, id)
	switch {
	case errors.Is(found.err, errForeignRedirect):
		s.putBack(ctx, id, heldRedirect)
	case errors.Is(found.err, metadatadoc.ErrGone):
		s.gone(ctx, id)
	case found.err != nil:
		s.log.WarnContext(ctx, "could not refresh a federated server; what is known of it stays", "client", id, "error", found.err)
	default:
		err := s.follow(ctx, id, found.keys, func(c *clients.Client) { applyDocument(c, found.client) })
		if err != nil {
			s.log.WarnContext(ctx, "refreshed a federated server", "client", id, "error", err)
		}
	}
}

// Follow records the keys that an approved server publishes now.
func (s *Service) Follow(ctx context.Context, id string, published clientauth.Keys) error {
	return s.follow(ctx, id, published, nil)
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
func (s *Service) follow(ctx context.Context, id string, published clientauth.Keys, apply func(*clients.Client)) error {
	prints := published.Thumbprints()
	held := false
	err := s.clients.Amend(ctx, id, func(c *clients.Client) error {
		held = false
		if c.Server == nil {
			return clients.ErrUnchanged
		}
		known := slices.Clone(c.Server.KeyThumbprints)
		if apply != nil {
			apply(c)
		}
		if apply == nil && slices.Equal(known, prints) {
			return clients.ErrUnchanged
		}
		if c.Server.State != clients.Pending && !clientauth.Overlap(known, prints) {
			held = true
			if c.Server.State != clients.Active {
				return clients.ErrUnchanged // it stays locked out, and its known keys known
			}
			hold(c, heldKeys, s.clients.Stamp())
		}
		c.Server.KeyThumbprints = prints
		return nil
	})
	if err != nil {
		return fmt.Errorf("follow server: %w", err)
	}
	if held {
		s.auth.Keys.Drop(id)
		s.log.WarnContext(ctx, "a federated server must be approved again", "client", id, "reason", heldKeys)
		return errHeld
	}
	return nil
}

// putBack makes an active server wait again.
func (s *Service) putBack(ctx context.Context, id, reason string) {
	defer s.auth.Keys.Drop(id)
	err := s.clients.Amend(ctx, id, func(c *clients.Client) error {
		if c.Server == nil || c.Server.State != clients.Active {
			return clients.ErrUnchanged
		}
		hold(c, reason, s.clients.Stamp())
		return nil
	})
	s.log.WarnContext(ctx, "a federated server must be approved again", "client", id, "reason", reason, "error", err)
}

// hold makes a hub wait. What an administrator said of it was about who held its
// keys before: neither the name nor that nobody is asked outlives them.
func hold(c *clients.Client, reason string, at time.Time) {
	h := c.Server
	h.State, h.HeldWhy, h.Requested = clients.Pending, texts.New(reason), at
	h.Held, h.DisplayName, c.SkipAuthorization = "", "", false
}

// applyDocument takes over what a server says of itself, and leaves alone what
// administrators decide: scopes, consent, roles, whether it is disabled.
func applyDocument(c *clients.Client, read clients.Client) {
	c.Take(clients.ByHub, read)
	if !slices.Contains(c.RedirectURIs, c.DefaultRedirectURI) {
		c.DefaultRedirectURI = read.DefaultRedirectURI
	}
	c.Server.Fetched, c.Server.Gone = read.Server.Fetched, time.Time{}
}
