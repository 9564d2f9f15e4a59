package traces

import (
	"testing"

	"github.com/fedhub/fedhub/internal/texts"
)

// If the app got an error, and no step has a more specific hint, the hint leads
// to the app's page.
func TestWhatTheAppWasToldIsMendedAtItsPage(t *testing.T) {
	for name, tt := range map[string]struct {
		step Step
		want string
	}{
		"the app was told":  {Step{What: ErrorPage, Why: texts.New(ToldApp), Outcome: Failed}, "/admin/clients/payroll"},
		"a person was told": {Step{What: ErrorPage, Outcome: Failed, Text: "The app was told: no."}, ""},
	} {
		trace := Trace{State: Failed, About: About{Client: "payroll"}, Steps: []Step{tt.step}}
		if fix, _ := trace.Fix(); fix.Path != tt.want {
			t.Errorf("%s: got %q, want %q", name, fix.Path, tt.want)
		}
	}
}
