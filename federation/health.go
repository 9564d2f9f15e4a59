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

// An Outcome is how one step of somebody's sign-in went at an upstream.
type Outcome struct {
	Key  string // id of the login key
	Step string
	At   time.Time
	Err  error // nil: it went well
	// Stray failures say nothing about the upstream: a person who said no, an
	// answer that is out of date. A stranger can make as many as he likes.
	Stray bool
	// TurnedAway: the upstream was not asked, because it is known to be silent
	// or because too many wait for it.
	TurnedAway bool
	State      State // after it
	// NoRefresh: the key keeps refresh tokens, and none came with the person.
	NoRefresh bool
}

// ScopeRefused tells whether the upstream does not give what the key asks for.
func (o Outcome) ScopeRefused() bool {
	var refusal *Refusal
	return errors.As(o.Err, &refusal) && refusal.Code == "invalid_scope"
}

// A State is how this process stands with an upstream right now.
type State struct {
	Waiting int       // people who wait for it this moment
	Silent  int       // silences in a row
	Until   time.Time // nobody is sent there before; zero if people are
}

// State returns how this process stands with the upstream of a key. For one
// that nobody has used since it was changed it is the zero State.
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

// tell reports an outcome. A visitor who left is none, and neither is a
// failure of our own, such as a database that is down.
func (g *guard) tell(ctx context.Context, o Outcome, err error) {
	var fault *Fault
	var refusal *Refusal
	if g.report == nil || (err != nil && !errors.As(err, &fault) && !errors.As(err, &refusal)) {
		return
	}
	o.Key, o.At, o.Err, o.State, o.TurnedAway = g.key.ID, g.now(), err, g.state(), TurnedAway(err)
	g.report(lasting.Of(ctx), o)
}
