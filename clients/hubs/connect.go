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

// How many hubs may wait for approval at once. Anyone can ask, so the list must
// stay readable for administrators, and one host must not be able to fill it.
const (
	maxPending        = 100
	maxPendingPerHost = 5
)

// ErrTooManyPending is the error of RequestConnection while too many hubs wait.
var ErrTooManyPending = errors.New("too many hubs wait for approval; an administrator must first approve or refuse some of them")

// VerifyKey checks that credentials come from the hub at the metadata URL that
// they name, in any state and even if it is unknown: for the endpoint where
// hubs request a connection and ask for its status. It stores nothing. Failed
// authentication is *clientauth.AuthError, an unusable document
// *metadatadoc.Error.
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

// RequestConnection adds a hub after VerifyKey, and returns its record with the
// status in Server.State. via is the reason for approval: ViaInvite (the caller
// redeemed the code), ViaDomain, ViaAdmin, or "" for none. With a reason the
// hub becomes active, without one it is pending.
//
// A reason never overrules an administrator: a hub that was refused or
// suspended stays so until Decide or Delete.
func (s *Service) RequestConnection(ctx context.Context, metadataURL, via string) (clients.Client, error) {
	known, err := s.clients.Lookup(ctx, metadataURL)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return s.approve(ctx, metadataURL, via, false)
	case err != nil:
		return clients.Client{}, err
	case known.Document != nil:
		// It was known as an app with a metadata document before. If an
		// administrator disabled it, it stays disabled.
		if err := s.clients.Delete(ctx, known.ID); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return clients.Client{}, err
		}
		return s.approve(ctx, metadataURL, via, known.Disabled)
	case known.Server == nil || known.Server.State != clients.Pending:
		return s.backAgain(ctx, known)
	}
	return s.retryRequest(ctx, known, via)
}

// backAgain returns a hub that an administrator decided about. One that had
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

// approve adds an unknown hub.
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
	if errors.Is(err, fs.ErrExist) { // a concurrent request added it
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

// retryRequest updates a pending hub, so that an administrator decides about
// its current metadata.
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
		return known, nil // it only asks for its status
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
		// A trusted domain does not lift a hold: after a domain takeover, the
		// attacker has the domain and new keys.
		if via != "" && (!c.Server.IsHeld() || via != clients.ViaDomain) {
			admit(c.Server, via, via, s.clients.Stamp())
		}
		now = c.Clone()
		return nil
	})
	if err != nil {
		return clients.Client{}, fmt.Errorf("refresh a pending hub: %w", err)
	}
	return now, nil
}

// admit makes the hub active.
func admit(h *clients.FederatedHub, via, by string, at time.Time) {
	h.State, h.Via, h.HeldWhy = clients.Active, via, texts.Text{}
	h.Held = ""
	h.Decided, h.DecidedBy = at, by
}

// An Approval is what an administrator sets when they approve a hub.
type Approval struct {
	Name        string // shown to users; empty: only its host, because its own name is unchecked
	SkipConsent bool   // users are not asked for consent
}

// Approve approves a hub in any state, or changes the settings of an active
// one. The approval is for the keys in the record.
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
		return fmt.Errorf("approve a hub: %w", err)
	}
	return nil
}

// Decide stores an administrator's decision about a hub: Active, Refused or
// Suspended. Delete removes a hub completely. by is who decided. An approval is
// for the keys in the record.
func (s *Service) Decide(ctx context.Context, id string, state clients.State, by string) error {
	defer s.auth.Keys.Drop(id) // cached keys must not count after the decision
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
			return forms.New("state", "hub.state.bad", "state", c.Server.State.Words(), "wanted", state.Words())
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("decide about a hub: %w", err)
	}
	return nil
}
