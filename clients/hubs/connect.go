package hubs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/clients/metadatadoc"
	clientnames "github.com/fedhub/fedhub/clients/names"
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
func (s *Service) VerifyKey(ctx context.Context, cred clientauth.Credentials, audience string) (clients.Client, error) {
	if cred.Method != clientauth.MethodKey || !metadatadoc.IsURL(cred.ID, s.allowHTTP) {
		return clients.Client{}, &clientauth.AuthError{Code: clientauth.InvalidClient, Basic: cred.Method == clientauth.MethodBasic, Why: texts.New("oauth.client.hub")}
	}
	client, err := s.clients.Lookup(ctx, cred.ID)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return clients.Client{}, err
	}
	find := func(t *jwt.Token) (clientauth.Keys, error) { return s.auth.Keys.For(ctx, client.Publisher(), t) }
	if err != nil || client.Server == nil || client.Server.State == clients.Pending {
		found := s.peek(ctx, cred.ID)
		if found.err != nil {
			return clients.Client{}, found.err
		}
		client = found.client.Clone()
		find = func(*jwt.Token) (clientauth.Keys, error) { return found.keys, nil }
	}
	if _, err := s.auth.Assertion(ctx, cred, find, []string{cmp.Or(audience, s.auth.Issuer)}); err != nil {
		return clients.Client{}, err
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
func (s *Service) RequestConnection(ctx context.Context, metadataURL, via string) (clients.Client, error) {
	known, err := s.clients.Lookup(ctx, metadataURL)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return s.approve(ctx, metadataURL, via, false)
	case err != nil:
		return clients.Client{}, err
	case known.Document != nil:
		// It asked people before it introduced itself. What an administrator
		// turned off stays off.
		if err := s.clients.Delete(ctx, known.ID); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return clients.Client{}, err
		}
		return s.approve(ctx, metadataURL, via, known.Disabled)
	case known.Server == nil || known.Server.State != clients.Pending:
		return s.backAgain(ctx, known)
	}
	return s.retryRequest(ctx, known, via)
}

// backAgain returns a server about which an administrator decided. One that had
// left is here again; the decision stands.
func (s *Service) backAgain(ctx context.Context, known clients.Client) (clients.Client, error) {
	if known.Server == nil || known.Server.Left.IsZero() {
		return known, nil
	}
	err := s.clients.Change(ctx, known.ID, func(c *clients.Client) error {
		if c.Server != nil {
			c.Server.Left = time.Time{}
		}
		known = c.Clone()
		return nil
	})
	return known, err
}

// approve keeps a server that was not known.
func (s *Service) approve(ctx context.Context, metadataURL, via string, disabled bool) (clients.Client, error) {
	found := s.peek(ctx, metadataURL)
	if found.err != nil {
		return clients.Client{}, found.err
	}
	client := found.client.Clone()
	client.Created, client.Disabled = s.clients.Stamp(), disabled
	client.Updated = client.Created
	client.Server.Requested = client.Created
	if via != "" {
		admit(client.Server, via, via, client.Created)
	}
	s.joining.Lock()
	defer s.joining.Unlock()
	if via == "" {
		if err := s.roomFor(ctx, client.Server.Host); err != nil {
			return clients.Client{}, err
		}
	}
	err := s.clients.Insert(ctx, client)
	if errors.Is(err, fs.ErrExist) { // it asked twice at once
		return s.clients.Lookup(ctx, metadataURL)
	}
	if err != nil {
		return clients.Client{}, err
	}
	return client, nil
}

// CountPending counts the hubs that wait for a decision.
func (s *Service) CountPending(ctx context.Context) (int, error) {
	return s.clients.Count(ctx, "server.state", string(clients.Pending), maxPending)
}

func (s *Service) roomFor(ctx context.Context, host string) error {
	waiting, sameHost := 0, 0
	for c, err := range s.clients.ByState(ctx, clients.Pending) {
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
func (s *Service) retryRequest(ctx context.Context, known clients.Client, via string) (clients.Client, error) {
	var update func(*clients.Client)
	if s.now().Sub(known.Server.Fetched) >= sightLife {
		found := s.peek(ctx, known.ID)
		if found.err != nil {
			return clients.Client{}, found.err
		}
		update = func(c *clients.Client) {
			applyDocument(c, found.client)
			c.Server.KeyThumbprints = slices.Clone(found.client.Server.KeyThumbprints)
		}
	}
	if update == nil && via == "" {
		return known, nil // it only asks how it stands
	}
	var now clients.Client
	defer s.auth.Keys.Drop(known.ID)
	err := s.clients.Amend(ctx, known.ID, func(c *clients.Client) error {
		if c.Server == nil || c.Server.State != clients.Pending {
			now = c.Clone()
			return clients.ErrUnchanged
		}
		if update != nil {
			update(c)
		}
		// A trusted domain does not lift a hold: new keys and nothing else are
		// just what someone who took the domain over would have to show.
		if via != "" && (!c.Server.IsHeld() || via != clients.ViaDomain) {
			admit(c.Server, via, via, s.clients.Stamp())
		}
		now = c.Clone()
		return nil
	})
	if err != nil {
		return clients.Client{}, fmt.Errorf("refresh pending server: %w", err)
	}
	return now, nil
}

// admit makes the hub active.
func admit(h *clients.FederatedHub, via, by string, at time.Time) {
	h.State, h.Via, h.HeldWhy = clients.Active, via, texts.Text{}
	h.Held = ""
	h.Decided, h.DecidedBy = at, by
}

// An Approval is what an administrator says of a hub beside yes.
type Approval struct {
	Name        string // what people read; empty: its host alone, for what it calls itself nobody checked
	SkipConsent bool   // people are not asked whether it may know them
}

// Approve lets a hub in, in whatever state it is, or changes what was said of one
// that is active. It is for the keys the record shows.
func (s *Service) Approve(ctx context.Context, id, by string, a Approval) error {
	if a.Name = strings.TrimSpace(a.Name); a.Name != "" && !clientnames.OK(a.Name) {
		return forms.New("name", "client.name.bad")
	}
	defer s.auth.Keys.Drop(id)
	err := s.clients.Amend(ctx, id, func(c *clients.Client) error {
		if c.Server == nil {
			return forms.New("server", "hub.none")
		}
		if c.Server.State != clients.Active {
			admit(c.Server, clients.ViaAdmin, by, s.clients.Stamp())
		}
		c.Server.DisplayName, c.SkipAuthorization = a.Name, a.SkipConsent
		return nil
	})
	if err != nil {
		return fmt.Errorf("approve server: %w", err)
	}
	return nil
}

// Decide records an administrator's decision about a server: Active, Refused
// or Suspended. To forget it altogether there is Delete. by is who decided. An
// approval is for the keys the record shows.
func (s *Service) Decide(ctx context.Context, id string, state clients.State, by string) error {
	defer s.auth.Keys.Drop(id) // keys that counted before the decision do not count after it
	err := s.clients.Amend(ctx, id, func(c *clients.Client) error {
		if c.Server == nil {
			return forms.New("server", "hub.none")
		}
		switch {
		case state == c.Server.State:
			return clients.ErrUnchanged
		case state == clients.Active:
			admit(c.Server, clients.ViaAdmin, by, s.clients.Stamp())
		case state == clients.Refused && c.Server.State == clients.Pending, state == clients.Suspended && c.Server.State == clients.Active:
			c.Server.State, c.Server.Decided, c.Server.DecidedBy = state, s.clients.Stamp(), by
		default:
			return forms.New("state", "hub.state.bad", "state", c.Server.State, "wanted", state)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("decide about server: %w", err)
	}
	return nil
}
