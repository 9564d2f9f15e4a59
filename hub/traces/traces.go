// Package traces keeps what happened on the way of each sign-in: every step,
// every decision and its reason, under the one reference that the person was
// shown.
//
// A Recorder gathers the steps of one request in memory, in its context; what
// is worth keeping is written once, when the request ends, as a Trace. A flow
// or stop remembers the trace it belongs to, so the next request goes on with
// it. Most steps need no call of their own: what a handler records for audit and
// what a connector reports are steps too.
//
// No secret is kept: texts pass Redact. Nobody but administrators reads a
// trace.
package traces

import (
	"fmt"
	"slices"
	"time"

	"github.com/fedhub/fedhub/internal/texts"
)

// How a step went.
const (
	OK     = "ok"
	Noted  = "note" // neither good nor bad
	Failed = "failed"
)

// A Trace is one attempt to sign in.
type Trace struct {
	ID  string `bson:"id"` // when it began, and the reference
	Ref string `bson:"ref"`

	Began   time.Time `bson:"began"`
	Updated time.Time `bson:"updated"`
	Expires time.Time `bson:"expires"`

	About `bson:",inline"`

	// State is how it stands: OK, Failed, or Noted while it goes on. Failure
	// repeats Failed for the index.
	State   string `bson:"state"`
	Failure string `bson:"failed,omitempty"`
	// Acted says that somebody did more than look at a page.
	Acted bool `bson:"acted,omitempty"`

	// From is the hub that sent the person here, To the one they were sent to.
	From    Hop    `bson:"from"`
	FromRef string `bson:"fromRef,omitempty"` // From.Ref, for the index
	To      Hop    `bson:"to"`

	Steps   []Step `bson:"steps"`
	Omitted int    `bson:"omitted,omitempty"` // steps in the middle, where there were too many
}

// About is whom and what a trace is about, as far as it is known.
type About struct {
	Client   string `bson:"clientId,omitempty"`
	LoginKey string `bson:"keyId,omitempty"`
	User     string `bson:"userId,omitempty"`
}

// A Hop leads to the trace that another hub keeps of the same attempt.
type Hop struct {
	Base string `bson:"base,omitempty"` // the other hub's Base URL
	Ref  string `bson:"ref,omitempty"`  // its reference; empty if it told none
}

// A Step is one thing that happened.
type Step struct {
	Time    time.Time     `bson:"time"`
	Took    time.Duration `bson:"took"` // since the step before it in the same request
	What    string        `bson:"what"`
	Outcome string        `bson:"outcome"`
	Why     texts.Text    `bson:",inline"`        // for the administrator; its code is for the program, too
	Text    string        `bson:"text,omitempty"` // the sentence that an earlier hub stored in its place
	Facts   []Fact        `bson:"facts,omitempty"`
}

// A Fact is a name and what it was.
type Fact struct {
	Name  string `bson:"n"`
	Value string `bson:"v"`
}

// Words is what happened.
func (s Step) Words(words texts.Words) string { return s.Why.In(words, s.Text) }

// Fact is the value of a fact; empty if there is none of this name.
func (s Step) Fact(name string) string {
	for _, f := range s.Facts {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

// Key names the record. The order of ids is the order of time.
func (t Trace) Key() string { return t.ID }

// ExpiresAt is when it is forgotten.
func (t Trace) ExpiresAt() time.Time { return t.Expires }

func newID(began time.Time, ref string) string {
	return fmt.Sprintf("%012x-%s", began.UnixMilli(), bare(ref))
}

// Mistake returns the step that the attempt failed at, if it failed.
func (t Trace) Mistake() (Step, bool) {
	if t.State != Failed {
		return Step{}, false
	}
	for _, s := range slices.Backward(t.Steps) {
		if s.Outcome == Failed {
			return s, true
		}
	}
	return Step{}, false
}

// The bounds of one trace: the first steps say what was asked, the last ones
// what became of it.
const (
	maxSteps   = 60
	firstSteps = 20
)

// add appends the steps of one more request.
func (t *Trace) add(steps []Step) {
	t.Steps = append(t.Steps, steps...)
	// Two requests of one browser may end in another order than they began.
	slices.SortStableFunc(t.Steps, func(a, b Step) int { return a.Time.Compare(b.Time) })
	if over := len(t.Steps) - maxSteps; over > 0 {
		t.Steps = slices.Delete(t.Steps, firstSteps, firstSteps+over)
		t.Omitted += over
	}
	for _, s := range steps {
		w := wordFor(s.What)
		t.Acted = t.Acted || w.acted || s.Outcome == Failed
		switch {
		case s.Outcome == Failed:
			t.State, t.Failure = Failed, Failed
		case w.settles && s.Outcome == OK:
			t.State, t.Failure = OK, ""
		case w.settles:
			t.State, t.Failure = Noted, ""
		}
	}
}

// learn takes over what is known now and was not before.
func (t *Trace) learn(a About) {
	for _, field := range []struct{ known, now *string }{{&t.Client, &a.Client}, {&t.LoginKey, &a.LoginKey}, {&t.User, &a.User}} {
		if *field.now != "" {
			*field.known = *field.now
		}
	}
}
