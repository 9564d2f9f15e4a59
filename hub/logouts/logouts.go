// Package logouts does what must happen after a session ended: it revokes what
// was issued in it, and notifies every client that took part (OIDC Back-Channel
// Logout 1.0).
//
// Notices are stored first and sent later, so a slow client delays no one, and
// a hub that stops in between continues after a restart. A session that expires
// causes no notice: the user did not sign out, an app's session has its own
// lifetime, and its refresh tokens end with ours.
package logouts

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"slices"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/fetch"
	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/tokens"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/lasting"
	"github.com/fedhub/fedhub/internal/texts"
)

// A Notice is one pending notice to one client about the end of one session.
type Notice struct {
	ID       string    `bson:"id"`
	ClientID string    `bson:"clientId"`
	Subject  string    `bson:"subject"`
	SID      string    `bson:"sid"`
	Tries    int       `bson:"tries"`
	Next     time.Time `bson:"next"` // no attempt before
	Expires  time.Time `bson:"expires"`
}

// Key names the record.
func (n Notice) Key() string { return n.ID }

// ExpiresAt is when the delivery is given up.
func (n Notice) ExpiresAt() time.Time { return n.Expires }

// giveUp is how long delivery is attempted.
const giveUp = 24 * time.Hour

// A Service ends what depends on sessions.
type Service struct {
	Notices  *store.Collection[Notice]
	Statuses *store.Collection[Status]
	Ledger   *store.Collection[SignOut]
	Sessions *sessions.Service
	Grants   *grants.Service
	Tokens   *tokens.Service
	Clients  *clients.Registry
	Poster   fetch.Poster // uses the guarded client
	Audit    *audit.Recorder
	Log      *slog.Logger
	Now      func() time.Time

	lanes clientQueues
}

// Start prepares the service; Run delivers.
func (k *Service) Start() *Service {
	k.lanes = newLanes()
	return k
}

// End ends a session: first what depends on it, then the session itself. After
// a failure it can be repeated, and no client is notified twice.
func (k *Service) End(ctx context.Context, s sessions.Session) error {
	return k.EndBecause(ctx, s, texts.Text{})
}

// EndBecause is End when the user did not sign out of that session; why is for
// administrators.
func (k *Service) EndBecause(ctx context.Context, s sessions.Session, why texts.Text) error {
	if err := k.ended(ctx, s, why); err != nil {
		return err
	}
	return k.Sessions.Delete(lasting.Of(ctx), s)
}

// EndAll ends the sessions of a user from before the user's current session
// generation, and notifies their clients.
func (k *Service) EndAll(ctx context.Context, u users.User) error {
	ctx = lasting.ToDeadline(ctx)
	for s, err := range k.Sessions.EachOf(ctx, u.ID) {
		if err != nil {
			return err
		}
		if s.SessionGeneration >= u.SessionGeneration {
			continue
		}
		if err := k.EndBecause(ctx, s, texts.New("signout.all")); err != nil {
			return err
		}
	}
	return nil
}

// Ended revokes what was issued in the session and stores the notices.
func (k *Service) Ended(ctx context.Context, s sessions.Session) error {
	return k.ended(ctx, s, texts.Text{})
}

func (k *Service) ended(ctx context.Context, s sessions.Session, why texts.Text) error {
	// The notices must be stored even if the user closes the browser.
	ctx = lasting.Of(ctx)
	if err := k.Grants.RevokeSession(ctx, s.SID); err != nil {
		return err
	}
	to, err := k.recipients(ctx, s)
	if err != nil {
		return err
	}
	if err := k.enter(ctx, s, why, to); err != nil {
		return err
	}
	for _, id := range s.Clients {
		if err := k.enqueue(ctx, s, id); err != nil {
			return err
		}
	}
	return nil
}

// Abandoned notifies a client after a user revoked its access: for the client,
// all its sessions of the user end.
func (k *Service) Abandoned(ctx context.Context, userID, clientID string) error {
	ctx = lasting.ToDeadline(ctx)
	for s, err := range k.Sessions.EachOf(ctx, userID) {
		if err != nil {
			return err
		}
		if !slices.Contains(s.Clients, clientID) {
			continue
		}
		if err := k.enqueue(ctx, s, clientID); err != nil {
			return err
		}
	}
	return nil
}

// enqueue stores a notice for a client, if it wants to be notified.
func (k *Service) enqueue(ctx context.Context, s sessions.Session, clientID string) error {
	c, err := k.Clients.Get(ctx, clientID)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil || c.BackchannelLogoutURI == "" {
		return err
	}
	n := Notice{
		ID:       s.SID + " " + clientID,
		ClientID: clientID,
		Subject:  s.UserID,
		SID:      s.SID,
		Next:     k.Now(),
		Expires:  k.Now().Add(giveUp),
	}
	if err := k.Notices.Insert(ctx, n); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	k.lanes.wake(clientID)
	return nil
}

// recipients returns all clients to be notified of the session's end, in any
// way.
func (k *Service) recipients(ctx context.Context, s sessions.Session) (to []Recipient, err error) {
	for _, id := range s.Clients {
		c, err := k.Clients.Get(ctx, id)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if r, hears := recipient(c); hears {
			to = append(to, r)
		}
	}
	return to, nil
}
