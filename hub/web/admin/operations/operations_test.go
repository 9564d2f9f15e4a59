package operations

import (
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/traces"
	"github.com/fedhub/fedhub/internal/texts"
)

func TestATraceShowsWhenEachStepWasAndHowLongItTook(t *testing.T) {
	began := time.Date(2026, 3, 14, 9, 5, 0, 0, time.UTC)
	page := tracePage(traces.Trace{Ref: "K7Q2-M4XD", About: traces.About{Client: "payroll"}, State: traces.Failed, Began: began, Steps: []traces.Step{
		{Time: began.Add(12 * time.Millisecond), What: traces.Request, Outcome: traces.OK},
		{Time: began.Add(1500 * time.Millisecond), Took: time.Second, What: audit.ClientRefused, Outcome: traces.Failed, Why: texts.New("trace.stranger")},
	}})
	first, last := page.Steps[0], page.Steps[1]
	for what, got := range map[string]string{
		"Request from the app": first.Title.English(), "+12 ms": first.At.English(), "": first.Took.English(),
		"Client authentication": last.Title.English(), "+1.5 s": last.At.English(), "1.0 s": last.Took.English(),
		"No application has this client ID.": page.Why.English(), "Open this application": page.Fix.Label.English(),
	} {
		if got != what {
			t.Errorf("got %q, want %q", got, what)
		}
	}
	if first.Failed || !last.Failed {
		t.Errorf("it failed at %+v", page.Steps)
	}
}
