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
	claim     = 30 * time.Second // how long one hub has to deliver a notice it took up
)

// wait is how long to wait after so many failures in a row.
func wait(failures int) time.Duration {
	return min(firstWait<<min(failures-1, 20), longest)
}

// deliver takes up a notice, tells the client, and removes or postpones it. It
// says whether there is any use in telling the client more.
func (k *Service) deliver(ctx context.Context, id string) bool {
	n, ours, err := k.acquireLease(ctx, id)
	if err != nil || !ours {
		return err == nil || errors.Is(err, fs.ErrNotExist)
	}
	err = k.tell(ctx, n)
	if ctx.Err() != nil {
		return false // we are stopping; the notice is tried again after the restart
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

// acquireLease claims the notice, so that of several hubs one delivers it, and tries
// again later should that hub be gone. Tries is its fencing number: who comes
// back too late finds another, and leaves the notice to whoever has it now.
//
// The leases of this program (this one, the round of hub/health, the looks of
// hub/upstreamtokens, the upgrades of hub/store) are each one conditional Update
// of the very record that is worked on, in fields of its own. A package for them
// would be longer than they are.
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

// A refusal is an answer that is not the one of §2.8.
type refusal struct{ *fetch.Declined }

func (r *refusal) Error() string { return "the client answered " + r.Status }

func (r *refusal) Sentence() texts.Text { return texts.New("logout.answered", "status", r.Status) }

// errNobody says that the client is gone, turned off, or no longer asks.
var errNobody = errors.New("there is no one left to notify")

// tell posts the logout token (OIDC Back-Channel Logout §2.5). It always names
// the user and the session, whether or not the client asked for the latter
// (§2.4 allows both): a client that knows no sessions ends all of the user's.
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
	// §2.8: 200, and some frameworks turn that into 204.
	err = k.Poster.Form(ctx, c.BackchannelLogoutURI, url.Values{"logout_token": {token}})
	var no *fetch.Declined
	if errors.As(err, &no) {
		return &refusal{no}
	}
	return err
}
