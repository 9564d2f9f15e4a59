package templates

import (
	"strconv"
	"time"
)

// A Health is how sign-ins through a login key fare.
type Health struct {
	Known    bool // anybody tried yet
	State    Chip
	Worked   time.Time
	Failed   time.Time
	Reason   string // of the last failure, for administrators
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
func (h Health) Today() string {
	text := plural(h.SignIns, "sign-in") + ", " + plural(h.Failures, "failure") + " in 24 hours"
	switch h.Turned {
	case 0:
		return text
	case 1:
		return text + ", 1 person turned away"
	}
	return text + ", " + strconv.Itoa(h.Turned) + " people turned away"
}
