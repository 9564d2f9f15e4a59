package federation

import (
	"context"
	"time"
)

// A Step is one thing that a connector did on the way to an identity, for the
// pages where an administrator sees why a sign-in works or fails. It holds no
// secret: no code, state, token, nonce or password, and of a claim only what
// the page may show.
type Step struct {
	Name  string // discovery, authorize, answer, token, id_token, userinfo, claims
	Began time.Time
	Took  time.Duration
	Facts []Fact // in the order in which they were found
	Err   error  // nil if it went well
}

// A Fact is one thing that a step found out.
type Fact struct{ Name, Value string }

// An Observer is told of every step as it ends. It is called by one goroutine
// at a time.
type Observer func(Step)

type observerKey struct{}

// Observed returns a context whose steps the observer is told of, beside
// those who observe it already.
func Observed(ctx context.Context, o Observer) context.Context {
	if before, _ := ctx.Value(observerKey{}).(Observer); before != nil {
		now := o
		o = func(s Step) { before(s); now(s) }
	}
	return context.WithValue(ctx, observerKey{}, o)
}

// Observe does one step and reports it. work may add facts as it finds them;
// its error is returned as it is.
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
