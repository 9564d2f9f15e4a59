package templates

import (
	"time"

	"github.com/fedhub/fedhub/templates/locales"
)

// A Health is the state of sign-ins through a login key.
type Health struct {
	Known    bool // there was a sign-in
	State    Chip
	Worked   time.Time
	Failed   time.Time
	Reason   locales.Text // of the last failure, for administrators
	Resting  time.Time
	Waiting  int // users who wait for the provider now, in this process
	SignIns  int // in the last 24 hours, like the next two
	Failures int
	Turned   int // users who were refused without asking the provider
	Warnings []Attention

	NobodyBack   bool // users are sent to it, and none returns
	NoRefresh    bool // the last sign-in had no refresh token for refreshing the profile
	ScopeRefused bool // the provider last refused a scope
}

// Today is the last 24 hours in words.
func (h Health) Today() locales.Text {
	text := locales.Say("health.today", "signins", locales.Say("health.sign-ins", "count", h.SignIns), "failures", locales.Say("health.failures", "count", h.Failures))
	if h.Turned == 0 {
		return text
	}
	return locales.Say("health.turned-away", "today", text, "count", h.Turned)
}
