package pending

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"time"

	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/internal/names"
	"github.com/fedhub/fedhub/internal/secrets"
)

const (
	// slower is added to the interval of a client that polls too fast (RFC 8628
	// §3.5).
	slower = 5 * time.Second
	// early is the tolerance for early polls, because network delays vary.
	early = time.Second
)

var errUnknown = oauth.InvalidGrant("oauth.pending.gone")

// Poll answers a polling client. It returns the request once, after the user
// agreed; in every other case, an error of RFC 8628 §3.5 or CIBA §11.
func (k *Service) Poll(ctx context.Context, kind Kind, secret, clientID string) (Request, error) {
	if (kind == Device) != strings.HasPrefix(secret, names.DevicePrefix) || (kind == Back) != strings.HasPrefix(secret, names.BackchannelPrefix) {
		return Request{}, errUnknown
	}
	sum := hash(secret)
	var out Request
	var refusal error
	err := k.Requests.Update(ctx, sum[:idLength], func(r *Request) error {
		refusal = k.poll(r, sum, kind, clientID)
		out = *r
		switch oauth.Code(refusal) {
		case "", "authorization_pending", "slow_down":
			return nil
		}
		return store.ErrUnchanged
	})
	if errors.Is(err, fs.ErrNotExist) {
		return Request{}, errUnknown
	}
	if err == nil {
		err = refusal
	}
	if err != nil {
		return Request{}, err
	}
	return out, nil
}

// poll edits the request.
func (k *Service) poll(r *Request, sum string, kind Kind, clientID string) error {
	now := k.Now()
	switch {
	case !secrets.Same(r.Hash, sum), r.Kind != kind, r.ClientID != clientID, r.State == Spent:
		return errUnknown
	case !now.Before(r.Ends):
		return oauth.ExpiredToken("oauth.pending.expired")
	case r.State == Denied:
		return oauth.DeniedElsewhere("oauth.pending.denied")
	case r.State == Allowed:
		r.State = Spent
		return nil
	}
	soon := !r.Polled.IsZero() && now.Before(r.Polled.Add(r.Interval-early))
	r.Polled = now
	if soon {
		r.Interval += slower
		return oauth.SlowDown("oauth.pending.slower")
	}
	return oauth.AuthorizationPending("oauth.pending.unanswered")
}
