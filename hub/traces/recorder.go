package traces

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/internal/texts"
)

// A Recorder gathers the steps of one request. A nil Recorder takes note of
// nothing, so nobody needs to ask whether there is one.
type Recorder struct {
	// Rename is told of the reference when the request turns out to belong to
	// an attempt that began earlier.
	Rename func(ref string)
	// Secrets are values that occurred in the request and must not be kept.
	Secrets func() []string

	now     func() time.Time
	address string

	mu    sync.Mutex
	id    string
	began time.Time
	mark  time.Time // when the step before ended
	steps []Step
	about About
	from  Hop
	to    Hop
	begun bool // it is about a sign-in
	keeps bool // whoever asked is asked something, or another request went before
	later bool // another request went before
}

type recorderKey struct{}

// New makes a recorder for a request with this reference, from this address.
func (k *Service) New(ref, address string) *Recorder {
	now := k.Now()
	return &Recorder{now: k.Now, address: address, id: newID(now, ref), began: now, mark: now}
}

// With puts the recorder into the context, where it hears of audit events and
// of what connectors do.
func With(ctx context.Context, a *Recorder) context.Context {
	return federation.Observed(context.WithValue(ctx, recorderKey{}, a), a.observe)
}

// Of returns the recorder of a request; nil if it has none.
func Of(ctx context.Context) *Recorder {
	a, _ := ctx.Value(recorderKey{}).(*Recorder)
	return a
}

// Ref is the reference.
func (a *Recorder) Ref() string {
	if a == nil {
		return ""
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return refOf(a.id)
}

// Keep says that more requests will follow, and returns the id by which they
// go on with this attempt.
func (a *Recorder) Keep() string {
	if a == nil {
		return ""
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.keeps = true
	return a.id
}

// Kept is the id, if the attempt is one that will be kept whatever happens.
func (a *Recorder) Kept() string {
	if a == nil {
		return ""
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.keeps {
		return ""
	}
	return a.id
}

// Continue says that the request belongs to the attempt with this id; with an
// empty one it belongs to none.
func (a *Recorder) Continue(id string) {
	if a == nil || id == "" {
		return
	}
	a.mu.Lock()
	same := a.id == id
	a.id, a.begun, a.keeps, a.later = id, true, true, a.later || !same
	a.mu.Unlock()
	if !same && a.Rename != nil {
		a.Rename(refOf(id))
	}
}

// About notes whom and what the attempt is about; what is empty is not known.
func (a *Recorder) About(about About) {
	if a == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	t := Trace{About: a.about}
	t.learn(about)
	a.about = t.About
}

// CameFrom notes which hub sent the person, and the reference it has for them.
func (a *Recorder) CameFrom(h Hop) {
	if a != nil {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.from, a.keeps = h, true
	}
}

// GoesTo notes to which hub the person was sent; with the reference that it
// told when they came back.
func (a *Recorder) GoesTo(h Hop) {
	if a != nil {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.to = h
	}
}

// Note adds a step that went well, and says that this is a sign-in.
func (a *Recorder) Note(what string, why texts.Text, facts ...Fact) {
	a.add(true, Step{What: what, Outcome: OK, Why: why, Facts: facts})
}

// Remark adds a step that is neither good nor bad.
func (a *Recorder) Remark(what string, why texts.Text, facts ...Fact) {
	a.add(true, Step{What: what, Outcome: Noted, Why: why, Facts: facts})
}

// Fail adds a step that the attempt failed at.
func (a *Recorder) Fail(what string, why texts.Text, facts ...Fact) {
	a.add(true, Step{What: what, Outcome: Failed, Why: why, Facts: facts})
}

// Broke adds what the person, or the app, was told: it failed there unless it
// is known already at which step. Only an attempt that has begun can break;
// begins says that this is one in any case.
func (a *Recorder) Broke(begins bool, why texts.Text, facts ...Fact) {
	if a == nil {
		return
	}
	outcome := Failed
	a.mu.Lock()
	if slices.ContainsFunc(a.steps, func(s Step) bool { return s.Outcome == Failed }) {
		outcome = Noted
	}
	a.mu.Unlock()
	a.add(begins, Step{What: ErrorPage, Outcome: outcome, Why: why, Facts: facts})
}

// Began adds the step that a request began with, where it is known only at the
// end that there is a sign-in to tell it of.
func (a *Recorder) Began(what string, why texts.Text, facts ...Fact) {
	if a == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.begun = true
	a.steps = slices.Insert(a.steps, 0, Step{Time: a.began, What: what, Outcome: Noted, Why: why, Facts: facts})
}

// Record adds what was recorded for audit, if it says something about a sign-in.
func Record(ctx context.Context, e audit.Event) {
	a := Of(ctx)
	if a == nil {
		return
	}
	w, known := words[e.Kind]
	if !known {
		return
	}
	a.About(About{Client: e.Client, LoginKey: e.LoginKey, User: e.Actor})
	if e.Kind == audit.RequestRefused && a.told() {
		return
	}
	s := Step{What: e.Kind, Outcome: w.outcome, Why: e.Why}
	if s.Why.IsZero() {
		s.Why.Code = w.code
	}
	for name, value := range e.Detail {
		s.Facts = append(s.Facts, Fact{name, value})
	}
	slices.SortFunc(s.Facts, func(x, y Fact) int { return strings.Compare(x.Name, y.Name) })
	a.add(w.begins, s)
}

// told says that it is noted already why the request is refused.
func (a *Recorder) told() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.ContainsFunc(a.steps, func(s Step) bool { return s.Outcome == Failed || s.What == Denied })
}

// Knows is whom and what the attempt is about, as far as it knows.
func (a *Recorder) Knows() About {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.about
}

// Has says that there is a step of this kind.
func (a *Recorder) Has(what string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.ContainsFunc(a.steps, func(s Step) bool { return s.What == what })
}

// Steps are those gathered so far, with texts that may be kept.
func (a *Recorder) Steps() []Step {
	a.mu.Lock()
	steps := slices.Clone(a.steps)
	a.mu.Unlock()
	var secrets []string
	if a.Secrets != nil {
		secrets = a.Secrets()
	}
	for i := range steps {
		steps[i].Why = redactText(steps[i].Why, secrets...)
	}
	return steps
}

// Address is where the request came from.
func (a *Recorder) Address() string { return a.address }

// observe adds what a connector did.
func (a *Recorder) observe(s federation.Step) {
	step := Step{What: upstreamStep + s.Name, Outcome: OK, Took: s.Took}
	if s.Err != nil {
		step.Outcome, step.Why = Failed, texts.Of(s.Err)
	}
	for _, f := range s.Facts {
		step.Facts = append(step.Facts, Fact{f.Name, f.Value})
	}
	a.add(false, step)
}

// add appends a step; without begins it does not make a sign-in of the request.
func (a *Recorder) add(begins bool, s Step) {
	if a == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.steps) >= maxSteps {
		return
	}
	s.Time = a.now()
	if s.Took == 0 {
		s.Took = s.Time.Sub(a.mark)
	}
	a.mark = s.Time
	a.begun = a.begun || begins
	a.steps = append(a.steps, s)
}
