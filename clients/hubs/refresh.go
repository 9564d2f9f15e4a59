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

// documentLife is the age at which an active hub's metadata is read again.
const documentLife = time.Hour

// refreshPause is the time between failing attempts.
const refreshPause = 5 * time.Minute

// Codes of the reason why an active hub is on hold.
const (
	heldKeys     = "hub.held.keys"
	heldRedirect = "hub.held.redirect"
)

// errHeld says that a hub was just set back to pending.
var errHeld = jwt.Flaw("jwt.keys.new")

// refreshIfOld reads an active hub's metadata again if it is old. The request
// does not wait for it: the known metadata is valid, and stays so if the
// reading fails.
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
		s.log.WarnContext(ctx, "could not refresh the metadata of a connected hub; the last known metadata stays in use", "client", id, "error", found.err)
	default:
		err := s.follow(ctx, id, found.keys, func(c *clients.Client) { applyDocument(c, found.client) })
		if err != nil {
			s.log.WarnContext(ctx, "could not follow the keys of a connected hub", "client", id, "error", err)
		}
	}
}

// Follow stores the current keys of an approved hub.
func (s *Service) Follow(ctx context.Context, id string, published clientauth.Keys) error {
	return s.follow(ctx, id, published, nil)
}

// follow stores the current keys of an approved hub, and the changes that apply
// makes.
//
// An approval is for the holder of the keys at an address. Keys must change one
// after the other: a hub publishes a new key while it still signs with the old
// one, so two successive readings share a key. If all keys are new at once, the
// address may have a new owner (an expired domain, a hijacked host) that was
// not approved: the hub is set back to pending until an administrator has
// checked it. A redirect URI on another origin has the same effect.
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
				return clients.ErrUnchanged // it stays blocked, and keeps its known keys
			}
			hold(c, heldKeys, s.clients.Stamp())
		}
		c.Server.KeyThumbprints = prints
		return nil
	})
	if err != nil {
		return fmt.Errorf("follow a connected hub: %w", err)
	}
	if held {
		s.auth.Keys.Drop(id)
		s.log.WarnContext(ctx, "a connected hub must be approved again; see Connected hubs", "client", id, "reason", heldKeys)
		return errHeld
	}
	return nil
}

// putBack sets an active hub back to pending.
func (s *Service) putBack(ctx context.Context, id, reason string) {
	defer s.auth.Keys.Drop(id)
	err := s.clients.Amend(ctx, id, func(c *clients.Client) error {
		if c.Server == nil || c.Server.State != clients.Active {
			return clients.ErrUnchanged
		}
		hold(c, reason, s.clients.Stamp())
		return nil
	})
	s.log.WarnContext(ctx, "a connected hub must be approved again; see Connected hubs", "client", id, "reason", reason, "error", err)
}

// hold sets a hub to pending. The administrator's settings were for the holder
// of the earlier keys, so the name and the skipped consent are dropped.
func hold(c *clients.Client, reason string, at time.Time) {
	h := c.Server
	h.State, h.HeldWhy, h.Requested = clients.Pending, texts.New(reason), at
	h.Held, h.DisplayName, c.SkipAuthorization = "", "", false
}

// applyDocument takes over a hub's metadata, and leaves what administrators
// decide: scopes, consent, roles, disabled.
func applyDocument(c *clients.Client, read clients.Client) {
	c.Take(clients.ByHub, read)
	if !slices.Contains(c.RedirectURIs, c.DefaultRedirectURI) {
		c.DefaultRedirectURI = read.DefaultRedirectURI
	}
	c.Server.Fetched, c.Server.Gone = read.Server.Fetched, time.Time{}
}
