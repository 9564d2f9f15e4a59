package templates

import (
	"time"

	"github.com/fedhub/fedhub/templates/locales"
)

// A Join is how far this hub has come in joining a primary.
type Join struct {
	Status  string       // "" before the first try, "requested", "active", "refused", "suspended", "removed" or "unreachable"
	Message locales.Text // what the primary answered
	Checked time.Time
}

// A Step is one line of a progress list.
type Step struct {
	Mark  string // "done", "now", "failed" or "later"
	Title locales.Text
	Text  locales.Text
}

// Steps tell the same as the status, in the order things happen.
func (j Join) Steps() []Step {
	reached := Step{"done", locales.Say("join.done"), locales.Say("join.done-2")}
	asked := Step{"done", locales.Say("join.done-3"), locales.Say("join.done-4")}
	approved := Step{"done", locales.Say("join.done-5"), locales.Say("join.done-6")}
	switch j.Status {
	case "active":
	case "requested":
		approved = Step{"now", locales.Say("join.now"), locales.Say("join.now-2")}
	case "refused":
		approved = Step{"failed", locales.Say("join.failed"), locales.Say("join.failed-2")}
	case "removed":
		approved = Step{"failed", locales.Say("join.failed-3"), locales.Say("join.failed-4")}
	case "suspended":
		approved = Step{"failed", locales.Say("join.failed-5"), locales.Say("join.failed-6")}
	default:
		asked = Step{"later", locales.Say("join.later"), locales.Text{}}
		approved = Step{"later", locales.Say("join.later-2"), locales.Text{}}
		reached = Step{"now", locales.Say("join.now-3"), locales.Say("join.now-4")}
		if j.Status == "unreachable" {
			reached = Step{"failed", locales.Say("join.failed-7"), locales.Say("join.failed-8")}
		}
	}
	return []Step{reached, asked, approved}
}

// Tone colours a step.
func (s Step) Tone() string {
	return map[string]string{"done": "ok", "now": "info", "failed": "danger"}[s.Mark]
}

// Icon is drawn in its mark.
func (s Step) Icon() string {
	return map[string]string{"done": "ok", "now": "clock", "failed": "danger"}[s.Mark]
}

// Said is the mark for people who do not see it.
func (s Step) Said() locales.Text {
	return map[string]locales.Text{"done": locales.Say("join.done-mark"), "now": locales.Say("join.now-mark"), "failed": locales.Say("join.failed-mark")}[s.Mark]
}

// Open tells whether asking again makes sense.
func (j Join) Open() bool { return j.Status != "active" }
