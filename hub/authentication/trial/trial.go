// Package trial has the steps and the result of an administrator's test of a
// sign-in provider.
package trial

import (
	"context"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/internal/texts"
)

// Stop is the kind of interruption that holds a Result until it is shown.
const Stop = "tried"

// A Trial is kept while the administrator's browser is at the provider.
type Trial struct {
	Session string // of the administrator who started the test
	Steps   []Step
}

// A Step is a federation.Step as it is kept until it is shown.
type Step struct {
	Name  string
	Took  time.Duration
	Facts []federation.Fact
	Why   texts.Text // the step failed
}

// A Result is the end of a test.
type Result struct {
	KeyID    string
	Session  string
	Steps    []Step
	Identity federation.Identity // without tokens
	Failure  Failure             // zero if the test succeeded
	Bare     bool                // no refresh token came, although the provider is asked again later
}

// Watch runs a part of the test and keeps its steps. A connector that reports
// none counts as one step of this name.
func (t *Trial) Watch(ctx context.Context, name string, now func() time.Time, work func(context.Context) error) error {
	before, began := len(t.Steps), now()
	err := work(federation.Observed(ctx, func(s federation.Step) { t.Steps = append(t.Steps, kept(s)) }))
	failed := len(t.Steps) > before && !t.Steps[len(t.Steps)-1].Why.IsZero()
	if len(t.Steps) == before || err != nil && !failed {
		t.Steps = append(t.Steps, kept(federation.Step{Name: name, Took: now().Sub(began), Err: err}))
	}
	return err
}

func kept(s federation.Step) Step {
	out := Step{Name: s.Name, Took: s.Took, Facts: s.Facts}
	if s.Err != nil {
		out.Why = texts.Of(s.Err) // with the provider's own words: only administrators see it
	}
	return out
}
