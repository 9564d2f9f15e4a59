// Package traces keeps the steps of each sign-in, every decision with its
// reason, under the reference that the user was shown.
//
// A Recorder collects the steps of one request in its context; what is worth
// keeping is stored as a Trace when the request ends. A flow or interruption
// stores the id of its trace, so the next request continues it. Most steps need
// no call of their own: audit events and connectors' steps are included
// automatically.
//
// Secrets are not stored: texts are redacted. Only administrators can read a
// trace.
package traces

import (
	"fmt"
	"slices"
	"time"

	"github.com/fedhub/fedhub/internal/texts"
)

// The result of a step.
const (
	OK     = "ok"
	Noted  = "note" // neutral
	Failed = "failed"
)

// A Trace is one attempt to sign in.
type Trace struct {
	ID  string `bson:"id"` // its start time and the reference
	Ref string `bson:"ref"`

	Began   time.Time `bson:"began"`
	Updated time.Time `bson:"updated"`
	Expires time.Time `bson:"expires"`

	About `bson:",inline"`

	// State is the result so far: OK, Failed, or Noted while it is in progress.
	// Failure repeats Failed for the index.
	State   string `bson:"state"`
	Failure string `bson:"failed,omitempty"`
	// Acted says that the user did more than look at a page.
	Acted bool `bson:"acted,omitempty"`

	// From is the hub that sent the user here, To the one they were sent to.
	From    Hop    `bson:"from"`
	FromRef string `bson:"fromRef,omitempty"` // From.Ref, for the index
	To      Hop    `bson:"to"`

	Steps   []Step `bson:"steps"`
	Omitted int    `bson:"omitted,omitempty"` // steps left out in the middle
}

// About is what is known of a trace's user, client and more.
type About struct {
	Client   string `bson:"clientId,omitempty"`
	LoginKey string `bson:"keyId,omitempty"`
	User     string `bson:"userId,omitempty"`
}

// A Hop refers to another hub's trace of the same attempt.
type Hop struct {
	Base string `bson:"base,omitempty"` // the other hub's Base URL
	Ref  string `bson:"ref,omitempty"`  // its reference; empty if unknown
}

// A Step is one thing that happened.
type Step struct {
	Time    time.Time     `bson:"time"`
	Took    time.Duration `bson:"took"` // since the previous step of the same request
	What    string        `bson:"what"`
	Outcome string        `bson:"outcome"`
	Why     texts.Text    `bson:",inline"`        // for the administrator; programs use its code
	Text    string        `bson:"text,omitempty"` // the sentence that an earlier hub stored in place of Why
	Facts   []Fact        `bson:"facts,omitempty"`
}

// A Fact is a named value.
type Fact struct {
	Name  string `bson:"n"`
	Value string `bson:"v"`
}

// Words is the step as a sentence.
func (s Step) Words(words texts.Words) string { return s.Why.In(words, s.Text) }

// Fact is the value of a fact; empty if there is none.
func (s Step) Fact(name string) string {
	for _, f := range s.Facts {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

// Key names the record. Ids are in time order.
func (t Trace) Key() string { return t.ID }

// ExpiresAt is when it is deleted.
func (t Trace) ExpiresAt() time.Time { return t.Expires }

func newID(began time.Time, ref string) string {
	return fmt.Sprintf("%012x-%s", began.UnixMilli(), bare(ref))
}

// Mistake returns the step at which the attempt failed, if it did.
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

// The bounds of one trace: the first steps show the request, the last ones the
// result.
const (
	maxSteps   = 60
	firstSteps = 20
)

// add appends the steps of one request.
func (t *Trace) add(steps []Step) {
	t.Steps = append(t.Steps, steps...)
	// Concurrent requests of one browser may end in another order than they
	// began.
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

// learn adds what was unknown before.
func (t *Trace) learn(a About) {
	for _, field := range []struct{ known, now *string }{{&t.Client, &a.Client}, {&t.LoginKey, &a.LoginKey}, {&t.User, &a.User}} {
		if *field.now != "" {
			*field.known = *field.now
		}
	}
}
