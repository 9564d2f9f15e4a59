package federation

import (
	"context"
	"errors"
	"net/url"
	"time"

	"github.com/fedhub/fedhub/federation/internal/breaker"
	"github.com/fedhub/fedhub/internal/upstreamhttp"
)

// crowd is how many people may be in the care of one upstream's connector at
// once. More than that only happen where each takes long.
const crowd = 32

var (
	errCrowd = errors.New("too many sign-ins wait for this provider already")
	errOpen  = errors.New("it did not answer several times in a row; the hub asks it again later")
)

// A guard stands before one opened connector, so that an upstream that hangs
// or floods costs its own visitors a moment and everybody else nothing: few
// wait for it at once (FE-39), and while it is silent nobody does.
//
// What it knows is this process's own, and goes when the key is changed. Each
// process finds out by itself that an upstream is silent, and that it is back.
type guard struct {
	key    LoginKey
	now    func() time.Time
	report func(context.Context, Outcome)
	places chan struct{}
	// There is one for each step, since one may work while the other does not:
	// Begin seldom asks the upstream anything.
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

// Begin is the connector's, when there is room and use.
func (g guarded) Begin(ctx context.Context, leg *AuthState, hints AuthRequestOptions) (redirect string, err error) {
	if until := g.guard.finish.Open(g.guard.now()); !until.IsZero() {
		return "", g.guard.refuse(errOpen) // they would come back for nothing
	}
	err = g.guard.pass(ctx, &g.guard.begin, func() (breaker.Verdict, error) {
		redirect, err = g.Connector.Begin(ctx, leg, hints)
		return judgeBegin(err), err
	})
	g.guard.tell(ctx, Outcome{Step: StepBegin}, err)
	return redirect, err
}

// Finish is the connector's, when there is room and use.
func (g guarded) Finish(ctx context.Context, leg AuthState, answer url.Values) (identity Identity, err error) {
	err = g.guard.pass(ctx, &g.guard.finish, func() (breaker.Verdict, error) {
		identity, err = g.Connector.Finish(ctx, leg, answer)
		return judgeFinish(err, answer), err
	})
	none := err == nil && g.guard.key.KeepTokens && identity.Tokens.Refresh == ""
	g.guard.tell(ctx, Outcome{Step: StepFinish, Stray: stray(err, answer), NoRefresh: none}, err)
	return identity, err
}

// refreshing is a guarded connector that can look at people again. There is no
// person who waits, so a Refresh takes no room; an upstream that is known to be
// silent is not asked.
type refreshing struct{ guarded }

// Refresh is the connector's, when there is use.
func (r refreshing) Refresh(ctx context.Context, tokens Tokens) (identity Identity, err error) {
	err = r.guard.try(&r.guard.finish, func() (breaker.Verdict, error) {
		identity, err = r.Connector.(Refresher).Refresh(ctx, tokens)
		return judgeFinish(err, nil), err
	})
	return identity, err
}

// pass lets one person through, or says at once why not.
func (g *guard) pass(ctx context.Context, b *breaker.Breaker, through func() (breaker.Verdict, error)) error {
	select {
	case g.places <- struct{}{}:
		defer func() { <-g.places }()
	default:
		return g.refuse(errCrowd)
	}
	return g.try(b, through)
}

// try lets somebody through who needs no room.
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
	reason := g.key.Name + " doesn't answer. Try again in a minute, or choose another way to sign in."
	if errors.Is(cause, errCrowd) {
		reason = "Many people are waiting for " + g.key.Name + " right now, and it doesn't answer. Try again in a minute, or choose another way to sign in."
	}
	return &Fault{Kind: Unreachable, Reason: reason, Cause: cause}
}

// TurnedAway is an error of the guard's own: the upstream was not asked, and
// it makes no sense to try again this moment.
func TurnedAway(err error) bool { return errors.Is(err, errCrowd) || errors.Is(err, errOpen) }

// judgeBegin: a Begin that went well may have asked nothing, but then nothing
// stood in its way either.
func judgeBegin(err error) breaker.Verdict {
	switch {
	case err == nil:
		return breaker.Answered
	case kindOf(err) == Unreachable: // silence, or a 5xx to a question that no visitor wrote
		return breaker.Silent
	}
	return breaker.Nothing
}

// judgeFinish counts silence alone. What the browser brought is a stranger's,
// and a stranger could make many an upstream answer 500; to be silent he
// cannot make it.
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
		return breaker.Answered // its own no, not one that came by browser
	}
	return breaker.Nothing
}

// stray tells a failure that says nothing of how we stand with the upstream:
// the person said no, or the answer is none to a question of ours. Whoever
// likes can cause these.
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
