package pending

import (
	"context"
	"encoding/json"
	"time"

	"github.com/fedhub/fedhub/internal/names"
)

// seal encrypts what a ping needs: the client's bearer token, and the id of the
// request, of which otherwise only the hash is stored.
func (k *Service) seal(r *Request, secret string) error {
	if r.Notify == "" {
		return nil
	}
	plain, err := json.Marshal(ping{Token: r.Notify, ID: secret})
	if err != nil {
		return err
	}
	r.Notify = k.Box.Seal(plain, names.Notification(r.ID))
	return nil
}

// ping is the encrypted content.
type ping struct{ Token, ID string }

// Ping notifies a client that its request was answered (CIBA §10.2), once: a
// client that misses it polls. Redirects are not followed, because the request
// carries the client's token (§10.2).
func (k *Service) Ping(ctx context.Context, r Request, address string) {
	if r.Notify == "" || address == "" {
		return
	}
	k.pings.Go(func() {
		const patience = 10 * time.Second
		ctx, done := context.WithTimeout(context.WithoutCancel(ctx), patience) // the user's browser does not wait for it
		defer done()
		if err := k.ping(ctx, r, address); err != nil {
			k.Log.WarnContext(ctx, "could not notify an application that its request was answered; it can still poll", "client", r.ClientID, "error", err)
		}
	})
}

// Wait returns when all pings in progress are finished.
func (k *Service) Wait() { k.pings.Wait() }

func (k *Service) ping(ctx context.Context, r Request, address string) error {
	plain, err := k.Box.Open(r.Notify, names.Notification(r.ID))
	if err != nil {
		return err
	}
	var p ping
	if err := json.Unmarshal(plain, &p); err != nil {
		return err
	}
	body, err := json.Marshal(map[string]string{"auth_req_id": p.ID})
	if err != nil {
		return err
	}
	return k.Poster.JSON(ctx, address, p.Token, body)
}
