// Package flows keeps authorization requests that wait for a person, from the
// first sight of the request to its answer.
//
// A flow is kept on the server and bound to the browser it began in; the pages
// on the way carry only its id. So nothing in a URL or a form can change what
// was asked for, and a flow id that leaks is of no use in another browser.
// Every step sends the browser back to authorize, which alone decides what
// comes next.
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
)

// A Flow is a request under way.
type Flow struct {
	ID      string              `bson:"id"`
	Browser string              `bson:"browser" secret:"hash"` // hash of the browser's binding cookie
	Request authrequest.Request `bson:"request"`
	// Consented names the user who agreed in this very flow; consent mode
	// Force and prompt=consent ask for no less.
	Consented string `bson:"consented"`
	Denied    bool   `bson:"denied"`
	// Chosen names the user who said "it is me" in this very flow, which
	// prompt=select_account asks for.
	Chosen string `bson:"chosen,omitempty"`
	// Quiet is set once an upstream was asked about a request that forbids
	// asking people (prompt=none). It is asked once.
	Quiet bool `bson:"quiet,omitempty"`
	// Finished flows are kept until they expire, so that whoever goes back to
	// one is told so and not left standing.
	Finished bool      `bson:"finished"`
	Trace    string    `bson:"trace,omitempty"` // id of its login trace
	Created  time.Time `bson:"created"`
	Expires  time.Time `bson:"expires"`
}

// Key names the record.
func (f Flow) Key() string { return f.ID }

// ExpiresAt is when the person took too long.
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

// Begin keeps a checked request, bound to the browser.
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

// ErrGone is returned for a flow that is unknown, expired, or was begun in
// another browser. Which of them is nobody's business.
var ErrGone = errors.New("the flow is unknown, expired, or another browser's")

// ErrFinished is what every Finished is.
var ErrFinished = errors.New("the flow is finished")

// Finished is returned for a flow that has been answered, to the browser it
// belongs to.
type Finished struct{ Request authrequest.Request }

func (*Finished) Error() string { return ErrFinished.Error() }

// Is makes it an ErrFinished.
func (*Finished) Is(target error) bool { return target == ErrFinished }

// Open returns the flow if it belongs to this browser, else ErrGone. Whoever
// opens it goes on with its login trace.
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

// Choose notes that the user wants to go on as who they are.
func (k *Service) Choose(ctx context.Context, id, userID string) error {
	return orGone(k.set.Update(ctx, id, func(f *Flow) error {
		f.Chosen = userID
		return nil
	}))
}

// AskedQuietly notes that an upstream was asked without a page.
func (k *Service) AskedQuietly(ctx context.Context, id string) error {
	return orGone(k.set.Update(ctx, id, func(f *Flow) error {
		f.Quiet = true
		return nil
	}))
}

// Deny notes that the person said no.
func (k *Service) Deny(ctx context.Context, id string) error {
	return orGone(k.set.Update(ctx, id, func(f *Flow) error {
		f.Denied = true
		return nil
	}))
}

// End finishes the flow. Of two tabs that answer at once one gets Finished, so
// a request is never answered twice.
func (k *Service) End(ctx context.Context, id string) error {
	return orGone(k.set.Update(ctx, id, func(f *Flow) error {
		if f.Finished {
			return &Finished{f.Request}
		}
		f.Finished = true
		// Nobody needs these any more.
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

// Back is where every step sends the browser when it is done.
func Back(id string) string { return "/oauth2/authorize?flow=" + id }
