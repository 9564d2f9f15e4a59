package templates

import (
	"time"

	"github.com/fedhub/fedhub/templates/locales"
)

// A Health is how sign-ins through a login key fare.
type Health struct {
	Known    bool // anybody tried yet
	State    Chip
	Worked   time.Time
	Failed   time.Time
	Reason   locales.Text // of the last failure, for administrators
	Resting  time.Time
	Waiting  int // people who wait for the upstream this moment, in this process
	SignIns  int // in the last 24 hours, like the next two
	Failures int
	Turned   int // people who heard at once that it doesn't answer
	Warnings []Attention

	NobodyBack   bool // people leave for it, and nobody comes back
	NoRefresh    bool // the last who came brought no refresh token to look again with
	ScopeRefused bool // it last refused a scope
}

// Today is the last 24 hours in words.
func (h Health) Today() locales.Text {
	text := locales.Say("health.today", "signins", locales.Say("health.sign-ins", "count", h.SignIns), "failures", locales.Say("health.failures", "count", h.Failures))
	if h.Turned == 0 {
		return text
	}
	return locales.Say("health.turned-away", "today", text, "count", h.Turned)
}
