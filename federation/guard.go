package federation

import (
	"context"
	"errors"
	"net/url"
	"time"

	"github.com/fedhub/fedhub/federation/internal/breaker"
	"github.com/fedhub/fedhub/internal/texts"
	"github.com/fedhub/fedhub/internal/upstreamhttp"
)

// crowd bounds the concurrent sign-ins at one provider's connector. More only
// happen if each takes long.
const crowd = 32

var (
	errCrowd = errors.New("too many sign-ins wait for this provider already")
	errOpen  = errors.New("it did not answer several times in a row; the hub asks it again later")
)

// A guard protects an opened connector: if a provider hangs or floods, it only
// delays its own users for a moment, and no one else. Few requests wait for it
// at once (FE-39), and none while it is known not to answer.
//
// Its state is local to the process and is lost when the key changes. Each
// process finds out by itself that a provider does not answer, and that it
// answers again.
type guard struct {
	key    LoginKey
	now    func() time.Time
	report func(context.Context, Outcome)
	places chan struct{}
	// One for each step, because one may work while the other does not: Begin
	// seldom sends a request.
	begin, finish breaker.Breaker
}

func newGuard(key LoginKey, now func() time.Time, report func(context.Context, Outcome)) *guard {
	return &guard{key: key, now: now, report: report, places: make(chan struct{}, crowd)}
}

// guarded is a connector with its guard.
type guarded struct {
	Connector
	guard *guard
}

// Begin calls the connector's Begin, if the guard allows it.
func (g guarded) Begin(ctx context.Context, leg *AuthState, hints AuthRequestOptions) (redirect string, err error) {
	if until := g.guard.finish.Open(g.guard.now()); !until.IsZero() {
		return "", g.guard.refuse(errOpen) // they would return without a result
	}
	err = g.guard.pass(ctx, &g.guard.begin, func() (breaker.Verdict, error) {
		redirect, err = g.Connector.Begin(ctx, leg, hints)
		return judgeBegin(err), err
	})
	g.guard.tell(ctx, Outcome{Step: StepBegin}, err)
	return redirect, err
}

// Finish calls the connector's Finish, if the guard allows it.
func (g guarded) Finish(ctx context.Context, leg AuthState, answer url.Values) (identity Identity, err error) {
	err = g.guard.pass(ctx, &g.guard.finish, func() (breaker.Verdict, error) {
		identity, err = g.Connector.Finish(ctx, leg, answer)
		return judgeFinish(err, answer), err
	})
	none := err == nil && g.guard.key.KeepTokens && identity.Tokens.Refresh == ""
	g.guard.tell(ctx, Outcome{Step: StepFinish, Stray: stray(err, answer), NoRefresh: none}, err)
	return identity, err
}

// refreshing is a guarded connector that can refresh profiles. No user waits
// for a Refresh, so it takes no place; a provider that is known not to answer
// is not asked.
type refreshing struct{ guarded }

// Refresh calls the connector's Refresh, if the guard allows it.
func (r refreshing) Refresh(ctx context.Context, tokens Tokens) (identity Identity, err error) {
	err = r.guard.try(&r.guard.finish, func() (breaker.Verdict, error) {
		identity, err = r.Connector.(Refresher).Refresh(ctx, tokens)
		return judgeFinish(err, nil), err
	})
	return identity, err
}

// pass lets one request through, or returns at once with the reason.
func (g *guard) pass(ctx context.Context, b *breaker.Breaker, through func() (breaker.Verdict, error)) error {
	select {
	case g.places <- struct{}{}:
		defer func() { <-g.places }()
	default:
		return g.refuse(errCrowd)
	}
	return g.try(b, through)
}

// try lets a request through that needs no place.
func (g *guard) try(b *breaker.Breaker, through func() (breaker.Verdict, error)) error {
	if !b.Admit(g.now()) {
		return g.refuse(errOpen)
	}
	v := breaker.Nothing
	defer func() { b.Judge(g.now(), v) }() // also if a connector panics
	var err error
	v, err = through()
	return err
}

func (g *guard) refuse(cause error) error {
	code := "fault.resting"
	if errors.Is(cause, errCrowd) {
		code = "fault.crowd"
	}
	return &Fault{Kind: Unreachable, Says: texts.New(code, "name", g.key.Name), Cause: cause}
}

// TurnedAway reports whether an error is the guard's own: the provider was not
// asked, and trying again at once is useless.
func TurnedAway(err error) bool { return errors.Is(err, errCrowd) || errors.Is(err, errOpen) }

// judgeBegin: a successful Begin may not have asked the provider, but it shows
// no problem either.
func judgeBegin(err error) breaker.Verdict {
	switch {
	case err == nil:
		return breaker.Answered
	case kindOf(err) == Unreachable: // no answer, or a 5xx to a request that the visitor cannot influence
		return breaker.Silent
	}
	return breaker.Nothing
}

// judgeFinish only counts a missing answer. The browser's query is untrusted: a
// stranger could make many providers answer 500, but cannot make them stop
// answering.
func judgeFinish(err error, answer url.Values) breaker.Verdict {
	var refusal *Refusal
	switch {
	case err == nil:
		return breaker.Answered
	case kindOf(err) == Unreachable:
		if errors.Is(err, upstreamhttp.ErrSilent) || errors.Is(err, context.DeadlineExceeded) {
			return breaker.Silent
		}
	case errors.As(err, &refusal) && !answer.Has("error"):
		return breaker.Answered // its own refusal, not one that came by the browser
	}
	return breaker.Nothing
}

// stray reports whether a failure says nothing about the provider: the user
// refused, or the answer belongs to no request of ours. Anyone can cause these.
func stray(err error, answer url.Values) bool {
	var refusal *Refusal
	if errors.As(err, &refusal) {
		return answer.Has("error") || refusal.Code == "invalid_grant" || refusal.Code == "access_denied"
	}
	return kindOf(err) == Unexpected
}

func kindOf(err error) FaultKind {
	var fault *Fault
	if errors.As(err, &fault) {
		return fault.Kind
	}
	return ""
}
