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

// A Recorder collects the steps of one request. A nil Recorder ignores
// everything, so callers need not check.
type Recorder struct {
	// Rename is called with the reference if the request belongs to an attempt
	// that began earlier.
	Rename func(ref string)
	// Secrets returns values of the request that must not be stored.
	Secrets func() []string

	now     func() time.Time
	address string

	mu    sync.Mutex
	id    string
	began time.Time
	mark  time.Time // end of the previous step
	steps []Step
	about About
	from  Hop
	to    Hop
	begun bool // it is a sign-in
	keeps bool // the user has to act, or there was an earlier request
	later bool // there was an earlier request
}

type recorderKey struct{}

// New makes a recorder for a request with this reference, from this address.
func (k *Service) New(ref, address string) *Recorder {
	now := k.Now()
	return &Recorder{now: k.Now, address: address, id: newID(now, ref), began: now, mark: now}
}

// With puts the recorder into the context, where it receives audit events and
// connectors' steps.
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

// Keep says that more requests will follow, and returns the id for continuing
// this attempt.
func (a *Recorder) Keep() string {
	if a == nil {
		return ""
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.keeps = true
	return a.id
}

// Kept is that id, if the attempt will be stored in any case.
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

// Continue says that the request belongs to the attempt with this id; an empty
// id means none.
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

// About notes the user, client and more of the attempt; empty fields are
// unknown.
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

// CameFrom notes the hub that sent the user, and its reference.
func (a *Recorder) CameFrom(h Hop) {
	if a != nil {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.from, a.keeps = h, true
	}
}

// GoesTo notes the hub that the user was sent to, and its reference once it is
// known.
func (a *Recorder) GoesTo(h Hop) {
	if a != nil {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.to = h
	}
}

// Note adds a successful step and marks the request as a sign-in.
func (a *Recorder) Note(what string, why texts.Text, facts ...Fact) {
	a.add(true, Step{What: what, Outcome: OK, Why: why, Facts: facts})
}

// Remark adds a neutral step.
func (a *Recorder) Remark(what string, why texts.Text, facts ...Fact) {
	a.add(true, Step{What: what, Outcome: Noted, Why: why, Facts: facts})
}

// Fail adds the step at which the attempt failed.
func (a *Recorder) Fail(what string, why texts.Text, facts ...Fact) {
	a.add(true, Step{What: what, Outcome: Failed, Why: why, Facts: facts})
}

// Broke adds the error that the user or app was shown: the attempt failed there
// unless an earlier step failed already. It only counts in an attempt that has
// begun; begins starts one.
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

// Began adds the first step of a request, if it is only known later that it is
// a sign-in.
func (a *Recorder) Began(what string, why texts.Text, facts ...Fact) {
	if a == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.begun = true
	a.steps = slices.Insert(a.steps, 0, Step{Time: a.began, What: what, Outcome: Noted, Why: why, Facts: facts})
}

// Record adds an audit event that is part of a sign-in.
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

// told reports whether the reason of the refusal is noted already.
func (a *Recorder) told() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.ContainsFunc(a.steps, func(s Step) bool { return s.Outcome == Failed || s.What == Denied })
}

// Knows returns what is known of the attempt.
func (a *Recorder) Knows() About {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.about
}

// Has reports whether there is a step of this kind.
func (a *Recorder) Has(what string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.ContainsFunc(a.steps, func(s Step) bool { return s.What == what })
}

// Steps returns the steps so far, with redacted texts.
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

// Address is the address of the request.
func (a *Recorder) Address() string { return a.address }

// observe adds a connector's step.
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

// add appends a step; without begins it does not mark the request as a sign-in.
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
