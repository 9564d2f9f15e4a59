package logouts

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"time"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/fetch"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/internal/texts"
)

const (
	firstWait = 5 * time.Second
	longest   = time.Hour
	claim     = 30 * time.Second // how long one process has for a delivery
)

// wait is the pause after this many failures in a row.
func wait(failures int) time.Duration {
	return min(firstWait<<min(failures-1, 20), longest)
}

// deliver sends one notice, and then removes or postpones it. It reports
// whether further notices to the client make sense.
func (k *Service) deliver(ctx context.Context, id string) bool {
	n, ours, err := k.acquireLease(ctx, id)
	if err != nil || !ours {
		return err == nil || errors.Is(err, fs.ErrNotExist)
	}
	err = k.tell(ctx, n)
	if ctx.Err() != nil {
		return false // shutdown; the notice is sent after the restart
	}
	if errors.Is(err, errNobody) {
		k.drop(ctx, n)
		k.write(ctx, n, func(r *Recipient) { r.stand(Gone, texts.Text{}, time.Time{}) })
		return true
	}
	event := audit.Event{Kind: audit.LogoutTold, Target: n.Subject, Client: n.ClientID}
	if err == nil {
		k.Audit.Record(ctx, event)
		k.told(ctx, n)
		return true
	}
	event.Kind, event.Why = audit.LogoutFailed, texts.Of(err)
	k.Audit.Record(ctx, event)
	var answer *refusal
	refused := errors.As(err, &answer) && answer.Final()
	k.failed(ctx, n, refused, err)
	return refused
}

// acquireLease claims the notice, so that one of several processes delivers it,
// and another one tries later if that one crashes. Tries is its fencing number:
// a process that is too late finds another number and leaves the notice alone.
//
// The leases of this program (this one, the round of hub/health, the refreshes
// of hub/upstreamtokens, the upgrades of hub/store) are each one conditional
// Update of the record concerned. A package for them would be longer.
func (k *Service) acquireLease(ctx context.Context, id string) (n Notice, ours bool, err error) {
	err = k.Notices.Update(ctx, id, func(stored *Notice) error {
		ours = false
		if k.Now().Before(stored.Next) {
			return store.ErrUnchanged
		}
		stored.Tries++
		stored.Next = k.Now().Add(claim)
		n, ours = *stored, true
		return nil
	})
	return n, ours, err
}

// A refusal is an answer other than those of §2.8.
type refusal struct{ *fetch.Declined }

func (r *refusal) Error() string { return "the client answered " + r.Status }

func (r *refusal) Sentence() texts.Text { return texts.New("logout.answered", "status", r.Status) }

// errNobody says that the client is deleted, disabled, or has no logout URI any
// more.
var errNobody = errors.New("there is no one left to notify")

// tell posts the logout token (OIDC Back-Channel Logout §2.5). It always names
// the user and the session, even if the client did not ask for the session
// (§2.4 allows both): a client without session ids ends all sessions of the
// user.
func (k *Service) tell(ctx context.Context, n Notice) error {
	c, err := k.Clients.Get(ctx, n.ClientID)
	if errors.Is(err, fs.ErrNotExist) || (err == nil && c.BackchannelLogoutURI == "") {
		return errNobody
	}
	if err != nil {
		return err
	}
	token, err := k.Tokens.Logout(ctx, c, n.Subject, n.SID)
	if err != nil {
		return err
	}
	// §2.8: 200; some frameworks change that to 204.
	err = k.Poster.Form(ctx, c.BackchannelLogoutURI, url.Values{"logout_token": {token}})
	var no *fetch.Declined
	if errors.As(err, &no) {
		return &refusal{no}
	}
	return err
}
