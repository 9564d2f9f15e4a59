package admin

import (
	"github.com/fedhub/fedhub/hub/health"
	"github.com/fedhub/fedhub/templates"
)

// health is how a login key fares, for its pages: what all processes counted,
// and who waits in this one.
func (d *Handler) health(r health.Record) templates.Health {
	now := d.Now()
	day, state := r.Day(now), d.Upstreams.State(r.ID)
	h := templates.Health{
		Known: r.ID != "", State: healthState(r), Worked: r.Worked, Failed: r.Failed, Reason: r.Reason,
		Waiting: state.Waiting, SignIns: day.SignIns, Failures: day.Failures, Turned: day.Turned,
	}
	if r.Resting.After(now) {
		h.Resting = r.Resting
		h.State = templates.Chip{Tone: "danger", Text: "Doesn’t answer"}
	}
	return h
}

func healthState(r health.Record) templates.Chip {
	if r.Failing() {
		return templates.Chip{Tone: "danger", Text: "Last sign-in failed"}
	}
	return templates.Chip{Tone: "ok", Text: "Works"}
}
