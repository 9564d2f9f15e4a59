package federation

import (
	"context"
	"errors"
	"time"

	"github.com/fedhub/fedhub/internal/lasting"
)

// Steps of an Outcome.
const (
	StepBegin  = "begin"
	StepFinish = "finish"
)

// An Outcome is the result of one step of a sign-in at a provider.
type Outcome struct {
	Key  string // id of the login key
	Step string
	At   time.Time
	Err  error // nil: success
	// Stray failures say nothing about the provider: a user who refused, an
	// outdated answer. Anyone can cause any number of them.
	Stray bool
	// TurnedAway: the provider was not asked, because it is known not to answer
	// or because too many requests wait for it.
	TurnedAway bool
	State      State // after it
	// NoRefresh: the key keeps refresh tokens, but the sign-in returned none.
	NoRefresh bool
}

// ScopeRefused reports whether the provider refuses the key's scopes.
func (o Outcome) ScopeRefused() bool {
	var refusal *Refusal
	return errors.As(o.Err, &refusal) && refusal.Code == "invalid_scope"
}

// A State is what this process knows about a provider right now.
type State struct {
	Waiting int       // users who wait for it at this moment
	Silent  int       // missing answers in a row
	Until   time.Time // no user is sent there before; zero if users are
}

// State returns what this process knows about the provider of a key. It is zero
// if the key was not used since it was changed.
func (r *Registry) State(id string) State {
	r.mu.Lock()
	o, found := r.opened[id]
	r.mu.Unlock()
	if !found {
		return State{}
	}
	return o.guard.state()
}

func (g *guard) state() State {
	now := g.now()
	s := State{Waiting: len(g.places), Until: g.begin.Open(now)}
	if until := g.finish.Open(now); until.After(s.Until) {
		s.Until = until
	}
	s.Silent = max(g.begin.Silences(), g.finish.Silences())
	return s
}

// tell reports an outcome. A visitor who left is not an outcome, and neither is
// a failure of our own, such as a database error.
func (g *guard) tell(ctx context.Context, o Outcome, err error) {
	var fault *Fault
	var refusal *Refusal
	if g.report == nil || (err != nil && !errors.As(err, &fault) && !errors.As(err, &refusal)) {
		return
	}
	o.Key, o.At, o.Err, o.State, o.TurnedAway = g.key.ID, g.now(), err, g.state(), TurnedAway(err)
	g.report(lasting.Of(ctx), o)
}
