package settings

import (
	"slices"
	"time"

	"github.com/fedhub/fedhub/internal/forms"
)

// Which sign-ins are traced.
const (
	// TraceFailures keeps sign-ins that failed, and those in which the user had
	// to act.
	TraceFailures = "failures"
	// TraceAll also keeps silent sign-ins.
	TraceAll = "all"
	// TraceOff keeps none.
	TraceOff = "off"
)

// The bounds of TraceDays.
const (
	defaultTraceDays = 14
	maxTraceDays     = 366
)

// TraceMode is one of the Trace constants.
func (s Settings) TraceMode() string {
	if s.Traces == "" {
		return TraceFailures
	}
	return s.Traces
}

// TraceKept is how many days traces are kept.
func (s Settings) TraceKept() int {
	if s.TraceDays == 0 {
		return defaultTraceDays
	}
	return s.TraceDays
}

// TraceLife is the same as a duration.
func (s Settings) TraceLife() time.Duration { return time.Duration(s.TraceKept()) * 24 * time.Hour }

func (s Settings) traceProblems() forms.Problems {
	var p forms.Problems
	if !slices.Contains([]string{TraceFailures, TraceAll, TraceOff}, s.TraceMode()) {
		p.Add("traces", "settings.traces.bad")
	}
	if days := s.TraceKept(); days < 1 || days > maxTraceDays {
		p.Add("trace_days", "settings.trace_days.bad", "max", maxTraceDays)
	}
	return p
}
