package federation

import (
	"context"
	"time"
)

// A Step is one thing that a connector did during a sign-in, for the pages that
// show an administrator why it works or fails. It holds no secret: no code,
// state, token, nonce or password, and only claims that the page may show.
type Step struct {
	Name  string // discovery, authorize, answer, token, id_token, userinfo, claims
	Began time.Time
	Took  time.Duration
	Facts []Fact // in the order of discovery
	Err   error  // nil: success
}

// A Fact is one result of a step.
type Fact struct{ Name, Value string }

// An Observer is called with every step as it ends, by one goroutine at a time.
type Observer func(Step)

type observerKey struct{}

// Observed returns a context that also reports steps to this observer.
func Observed(ctx context.Context, o Observer) context.Context {
	if before, _ := ctx.Value(observerKey{}).(Observer); before != nil {
		now := o
		o = func(s Step) { before(s); now(s) }
	}
	return context.WithValue(ctx, observerKey{}, o)
}

// Observe runs one step and reports it. work may add facts; its error is
// returned unchanged.
func Observe(ctx context.Context, name string, now func() time.Time, work func(fact func(name, value string)) error) error {
	observer, _ := ctx.Value(observerKey{}).(Observer)
	if observer == nil {
		return work(func(string, string) {})
	}
	step := Step{Name: name, Began: now()}
	step.Err = work(func(name, value string) { step.Facts = append(step.Facts, Fact{name, value}) })
	step.Took = now().Sub(step.Began)
	observer(step)
	return step.Err
}
