// Package flows keeps authorization requests from their arrival to their
// answer.
//
// A flow is stored on the server and bound to the browser that began it; pages
// carry only its id. So nothing in a URL or form can change the request, and a
// leaked flow id is useless in another browser. Every step sends the browser
// back to the authorization endpoint, which alone decides what comes next.
package flows

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"time"

	"github.com/fedhub/fedhub/hub/authrequest"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/traces"
	"github.com/fedhub/fedhub/internal/reader"
)

// A Flow is an authorization request in progress.
type Flow struct {
	ID      string              `bson:"id"`
	Browser string              `bson:"browser" secret:"hash"` // hash of the browser's binding cookie
	Request authrequest.Request `bson:"request"`
	// Consented is the user who agreed in this flow; consent mode Force and
	// prompt=consent require it.
	Consented string `bson:"consented"`
	Denied    bool   `bson:"denied"`
	// Chosen is the user who confirmed their account in this flow, which
	// prompt=select_account requires.
	Chosen string `bson:"chosen,omitempty"`
	// Quiet is set once a provider was asked for a request with prompt=none. It
	// is asked only once.
	Quiet bool `bson:"quiet,omitempty"`
	// Finished flows are kept until they expire, so that going back to one
	// shows a clear message.
	Finished bool      `bson:"finished"`
	Trace    string    `bson:"trace,omitempty"` // id of its login trace
	Created  time.Time `bson:"created"`
	Expires  time.Time `bson:"expires"`
}

// Key names the record.
func (f Flow) Key() string { return f.ID }

// ExpiresAt is when the flow times out.
func (f Flow) ExpiresAt() time.Time { return f.Expires }

// A Service keeps flows.
type Service struct {
	set *store.Collection[Flow]
	now func() time.Time
}

// NewService returns a service over the set.
func NewService(set *store.Collection[Flow], now func() time.Time) *Service {
	return &Service{set: set, now: now}
}

// Begin stores a checked request, bound to the browser.
func (k *Service) Begin(ctx context.Context, browser string, r authrequest.Request) (Flow, error) {
	f := Flow{
		ID:      rand.Text(),
		Browser: browser,
		Request: r,
		Trace:   traces.Of(ctx).Keep(),
		Created: k.now(),
		Expires: k.now().Add(authrequest.Life),
	}
	return f, k.set.Insert(ctx, f)
}

// ErrGone is returned for a flow that is unknown, expired, or began in another
// browser. The difference is not disclosed.
var ErrGone = errors.New("the sign-in flow is unknown, has expired, or belongs to another browser")

// ErrFinished matches every Finished.
var ErrFinished = errors.New("the sign-in flow is finished")

// Finished is the error for a flow that was already answered, in the browser
// that it belongs to.
type Finished struct{ Request authrequest.Request }

func (*Finished) Error() string { return ErrFinished.Error() }

// Is makes it match ErrFinished.
func (*Finished) Is(target error) bool { return target == ErrFinished }

// Open returns the flow if it belongs to this browser, else ErrGone, and
// continues its login trace.
func (k *Service) Open(ctx context.Context, id, browser string) (Flow, error) {
	if id == "" || browser == "" {
		return Flow{}, ErrGone
	}
	f, err := k.set.Get(ctx, id)
	if errors.Is(err, fs.ErrNotExist) {
		return Flow{}, ErrGone
	}
	if err != nil {
		return Flow{}, err
	}
	if f.Browser != browser {
		return Flow{}, ErrGone
	}
	traces.Of(ctx).Continue(f.Trace)
	reader.Of(ctx).Ask(f.Request.UILocales)
	if f.Finished {
		return Flow{}, &Finished{f.Request}
	}
	return f, nil
}

// Consent notes that the user agreed in this flow.
func (k *Service) Consent(ctx context.Context, id, userID string) error {
	return orGone(k.set.Update(ctx, id, func(f *Flow) error {
		f.Consented = userID
		return nil
	}))
}

// Choose notes that the user confirmed their account.
func (k *Service) Choose(ctx context.Context, id, userID string) error {
	return orGone(k.set.Update(ctx, id, func(f *Flow) error {
		f.Chosen = userID
		return nil
	}))
}

// AskedQuietly notes that a provider was asked without a page.
func (k *Service) AskedQuietly(ctx context.Context, id string) error {
	return orGone(k.set.Update(ctx, id, func(f *Flow) error {
		f.Quiet = true
		return nil
	}))
}

// Deny notes that the user denied the request.
func (k *Service) Deny(ctx context.Context, id string) error {
	return orGone(k.set.Update(ctx, id, func(f *Flow) error {
		f.Denied = true
		return nil
	}))
}

// End finishes the flow. If two tabs answer at once, one gets Finished, so a
// request is never answered twice.
func (k *Service) End(ctx context.Context, id string) error {
	return orGone(k.set.Update(ctx, id, func(f *Flow) error {
		if f.Finished {
			return &Finished{f.Request}
		}
		f.Finished = true
		// These are not needed any more.
		f.Request.State, f.Request.Nonce, f.Request.Challenge = "", "", ""
		return nil
	}))
}

func orGone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return ErrGone
	}
	return err
}

// Back is where every step sends the browser when it is finished.
func Back(id string) string { return "/oauth2/authorize?flow=" + id }
