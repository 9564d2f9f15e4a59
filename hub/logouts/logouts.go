// Package logouts does what must happen when a session has ended: what was
// issued in it is revoked, and every client that took part is told
// (OIDC Back-Channel Logout 1.0).
//
// What is to be told is written down first and told after, so a client that is
// slow or away holds up nobody, and a hub that stops in between goes on where
// it was.
package logouts

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/tokens"
)

// A Notice is one client that is yet to be told of one session's end.
type Notice struct {
	ID       string    `bson:"id"`
	ClientID string    `bson:"clientId"`
	Subject  string    `bson:"subject"`
	SID      string    `bson:"sid"`
	Tries    int       `bson:"tries"`
	Next     time.Time `bson:"next"` // not to be tried before
	Expires  time.Time `bson:"expires"`
}

// Key names the record.
func (n Notice) Key() string { return n.ID }

// ExpiresAt is when we give up.
func (n Notice) ExpiresAt() time.Time { return n.Expires }

const (
	giveUp    = 24 * time.Hour
	firstWait = 5 * time.Second
	longest   = time.Hour
	claim     = 30 * time.Second // how long one hub has to deliver a notice it took up
	tick      = 2 * time.Second
	batch     = 100
	atOnce    = 8
)

// A Keeper ends what hangs on sessions.
type Keeper struct {
	Notices  *store.Set[Notice]
	Sessions *sessions.Keeper
	Grants   *grants.Keeper
	Tokens   *tokens.Keeper
	Clients  *clients.Registry
	HTTP     *http.Client // the guarded one
	Audit    *audit.Recorder
	Log      *slog.Logger
	Now      func() time.Time

	wake chan struct{}
}

// Start makes the keeper ready; Run delivers.
func (k *Keeper) Start() *Keeper {
	k.wake = make(chan struct{}, 1)
	return k
}

// End ends a session: first what hangs on it, then the session itself. If it
// fails half-way it can be done again, and nobody is told twice for it.
func (k *Keeper) End(ctx context.Context, s sessions.Session) error {
	if err := k.Ended(ctx, s); err != nil {
		return err
	}
	return k.Sessions.Delete(context.WithoutCancel(ctx), s)
}

// Ended revokes what was issued in the session and notes whom to tell.
func (k *Keeper) Ended(ctx context.Context, s sessions.Session) error {
	// The person may close the browser; the rest of the world must still hear.
	ctx = context.WithoutCancel(ctx)
	if err := k.Grants.RevokeSession(ctx, s.SID); err != nil {
		return err
	}
	for _, id := range s.Clients {
		c, err := k.Clients.Get(ctx, id)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		if c.BackchannelLogoutURI == "" {
			continue
		}
		n := Notice{
			ID:       s.SID + " " + id,
			ClientID: id,
			Subject:  s.UserID,
			SID:      s.SID,
			Next:     k.Now(),
			Expires:  k.Now().Add(giveUp),
		}
		if err := k.Notices.Insert(ctx, n); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	select {
	case k.wake <- struct{}{}:
	default:
	}
	return nil
}

// Run delivers notices until the context ends.
func (k *Keeper) Run(ctx context.Context) {
	timer := time.NewTicker(tick)
	defer timer.Stop()
	for {
		if err := k.deliver(ctx); err != nil && ctx.Err() == nil {
			k.Log.ErrorContext(ctx, "logout notices wait", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-k.wake:
		case <-timer.C:
		}
	}
}

// deliver tries every notice that is due, a few at a time.
func (k *Keeper) deliver(ctx context.Context) error {
	var group errgroup.Group
	group.SetLimit(atOnce)
	defer group.Wait() //nolint:errcheck // one reports for itself
	for after := ""; ; {
		waiting, err := k.Notices.Find(ctx, store.Query{After: after, Limit: batch})
		if err != nil {
			return err
		}
		for _, n := range waiting {
			after = n.ID
			if k.Now().Before(n.Next) {
				continue
			}
			group.Go(func() error {
				k.one(ctx, n.ID)
				return nil
			})
		}
		if len(waiting) < batch {
			return nil
		}
	}
}

// one takes up a notice, tells the client, and removes or postpones it.
func (k *Keeper) one(ctx context.Context, id string) {
	n, ours, err := k.takeUp(ctx, id)
	if err != nil || !ours {
		return
	}
	err = k.tell(ctx, n)
	event := audit.Event{Kind: audit.LogoutTold, Target: n.Subject, Client: n.ClientID}
	if err == nil {
		k.Audit.Record(ctx, event)
		if err := k.Notices.Delete(ctx, n.ID); err != nil {
			k.Log.ErrorContext(ctx, "a delivered logout notice stays", "error", err)
		}
		return
	}
	if ctx.Err() != nil {
		return // we are stopping; the notice is tried again after the restart
	}
	event.Kind, event.Reason = audit.LogoutFailed, err.Error()
	k.Audit.Record(ctx, event)
}

// takeUp claims the notice, so that of several hubs one delivers it. The claim
// is also the postponement: nothing needs to be written when delivery fails.
func (k *Keeper) takeUp(ctx context.Context, id string) (n Notice, ours bool, err error) {
	err = k.Notices.Update(ctx, id, func(stored *Notice) error {
		ours = false
		if k.Now().Before(stored.Next) {
			return store.ErrUnchanged
		}
		stored.Tries++
		stored.Next = k.Now().Add(max(claim, wait(stored.Tries)))
		n, ours = *stored, true
		return nil
	})
	return n, ours, err
}

func wait(tries int) time.Duration {
	w := firstWait << min(tries-1, 20)
	return min(w, longest)
}

// tell posts the logout token (OIDC Back-Channel Logout §2.5).
func (k *Keeper) tell(ctx context.Context, n Notice) error {
	c, err := k.Clients.Get(ctx, n.ClientID)
	if errors.Is(err, fs.ErrNotExist) || (err == nil && c.BackchannelLogoutURI == "") {
		return nil // there is nobody left to tell
	}
	if err != nil {
		return err
	}
	token, err := k.Tokens.Logout(ctx, c, n.Subject, n.SID)
	if err != nil {
		return err
	}
	form := url.Values{"logout_token": {token}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.BackchannelLogoutURI, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := k.HTTP.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, io.LimitReader(resp.Body, 4<<10)) //nolint:errcheck // only to reuse the connection
	// §2.8: 200, and some frameworks turn that into 204.
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusNoContent {
		return fmt.Errorf("the client answered %s", resp.Status)
	}
	return nil
}
