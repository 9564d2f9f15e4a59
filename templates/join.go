package templates

import (
	"time"

	"github.com/fedhub/fedhub/templates/locales"
)

// A Join is the status of this hub's connection to a primary hub.
type Join struct {
	Status  string       // "" before the first try, "requested", "active", "refused", "suspended", "removed" or "unreachable"
	Message locales.Text // the response of the primary hub
	Checked time.Time
}

// A Step is one line of a progress list.
type Step struct {
	Mark  string // "done", "now", "failed" or "later"
	Title locales.Text
	Text  locales.Text
}

// Steps are the steps of the status, in order of time.
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

// Tone is the color of a step.
func (s Step) Tone() string {
	return map[string]string{"done": "ok", "now": "info", "failed": "danger"}[s.Mark]
}

// Icon is the icon of its mark.
func (s Step) Icon() string {
	return map[string]string{"done": "ok", "now": "clock", "failed": "danger"}[s.Mark]
}

// Said is the text of the mark for screen readers.
func (s Step) Said() locales.Text {
	return map[string]locales.Text{"done": locales.Say("join.done-mark"), "now": locales.Say("join.now-mark"), "failed": locales.Say("join.failed-mark")}[s.Mark]
}

// Open reports whether the request can be sent again.
func (j Join) Open() bool { return j.Status != "active" }
