package federation

import (
	"context"
	"errors"
	"time"
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
	s := State{Waiting: len(g.places), Until: g.begin.open(now)}
	if until := g.finish.open(now); until.After(s.Until) {
		s.Until = until
	}
	for _, b := range []*breaker{&g.begin, &g.finish} {
		b.mu.Lock()
		s.Silent = max(s.Silent, b.row)
		b.mu.Unlock()
	}
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
	g.report(context.WithoutCancel(ctx), o)
}

// withAbilities is the guarded connector with what its inner one can do beside
// signing in. Those calls are rare or made beside the sign-ins, and bounded by
// the connector's own patience; what matters is that they are there.
func withAbilities(g guarded) Connector {
	receiver, receives := g.Connector.(LogoutReceiver)
	refresher, refreshes := g.Connector.(Refresher)
	out, signsOut := g.Connector.(SignOuter)
	switch {
	case receives && refreshes && signsOut:
		return struct {
			guarded
			LogoutReceiver
			Refresher
			SignOuter
		}{g, receiver, refresher, out}
	case receives && refreshes:
		return struct {
			guarded
			LogoutReceiver
			Refresher
		}{g, receiver, refresher}
	case receives && signsOut:
		return struct {
			guarded
			LogoutReceiver
			SignOuter
		}{g, receiver, out}
	case refreshes && signsOut:
		return struct {
			guarded
			Refresher
			SignOuter
		}{g, refresher, out}
	case receives:
		return struct {
			guarded
			LogoutReceiver
		}{g, receiver}
	case refreshes:
		return struct {
			guarded
			Refresher
		}{g, refresher}
	case signsOut:
		return struct {
			guarded
			SignOuter
		}{g, out}
	}
	return g
}
