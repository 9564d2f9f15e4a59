package sitesetup

import (
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/traces"
	"github.com/fedhub/fedhub/internal/texts"
)

// The cause of an error is a code: the text for people may change.
func TestAMistakeIsKnownByItsCode(t *testing.T) {
	for name, tt := range map[string]struct {
		step traces.Step
		want string
	}{
		"the person said no, which the step before tells": {traces.Step{What: audit.RequestRefused, Why: texts.New("access_denied")}, ""},
		"the request is wrong":                            {traces.Step{What: audit.RequestRefused, Why: texts.New("invalid_request", "description", "access_denied")}, Request},
		"the request is wrong, and nobody says how":       {traces.Step{What: audit.RequestRefused}, Request},
		"the account is disabled":                         {traces.Step{What: audit.SignInFailed, Why: texts.New(traces.Disabled)}, Disabled},
		"a wrong password, to be typed again":             {traces.Step{What: audit.SignInFailed, Why: texts.New("signin.wrong")}, ""},
		"the app was told":                                {traces.Step{What: traces.ErrorPage, Why: texts.New(traces.ToldApp), Outcome: traces.Failed}, Token},
		"the app was told, after another step failed":     {traces.Step{What: traces.ErrorPage, Why: texts.New(traces.ToldApp), Outcome: traces.Noted}, ""},
		"a person was told":                               {traces.Step{What: traces.ErrorPage, Outcome: traces.Failed, Why: texts.New("trace.saw")}, ""},
	} {
		var d Setup
		d.learn(traces.About{}, "", []traces.Step{{What: traces.Token}, tt.step}, time.Unix(1, 0))
		got := ""
		if d.Wrong != nil {
			got = d.Wrong.Kind
		}
		if got != tt.want {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
	}
}
