package admin

import (
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/health"
	"github.com/fedhub/fedhub/templates"
)

// Health is how a login key fares, for its pages: what all processes counted,
// and who waits in this one.
func Health(upstreams *federation.Registry, now time.Time, r health.Record) templates.Health {
	day, state := r.Day(now), upstreams.State(r.ID)
	h := templates.Health{
		Known: r.ID != "", State: healthState(r, now), NobodyBack: r.NobodyBack(now), NoRefresh: r.LooksInVain(), ScopeRefused: r.ScopeRefused(), Worked: r.Worked, Failed: r.Failed, Reason: r.Words(templates.Sentence),
		Waiting: state.Waiting, SignIns: day.SignIns, Failures: day.Failures, Turned: day.Turned,
	}
	if r.Resting.After(now) {
		h.Resting = r.Resting
		h.State = templates.Chip{Tone: "danger", Text: "Doesn’t answer"}
	}
	return h
}

func healthState(r health.Record, now time.Time) templates.Chip {
	switch {
	case r.ScopeRefused():
		return templates.Chip{Tone: "danger", Text: "A scope is refused"}
	case r.Failing():
		return templates.Chip{Tone: "danger", Text: "Last sign-in failed"}
	case r.NobodyBack(now):
		return templates.Chip{Tone: "warn", Text: "Nobody comes back"}
	case r.Worked.IsZero():
		return templates.Chip{Text: "Nobody signed in yet"}
	}
	return templates.Chip{Tone: "ok", Text: "Works"}
}

// KeyState is how a login key stands, as far as its record says.
func KeyState(k federation.LoginKey) templates.Chip {
	if k.Kind == federation.KindPeer {
		switch k.Join.Status {
		case federation.Active:
		case federation.Suspended:
			return templates.Chip{Tone: "danger", Text: "Suspended"}
		case federation.Refused, federation.Removed:
			return templates.Chip{Tone: "danger", Text: "Refused"}
		case federation.NoAnswer, federation.Unsupported:
			return templates.Chip{Tone: "danger", Text: "Failing"}
		default:
			return templates.Chip{Tone: "warn", Text: "Waiting"}
		}
	}
	switch {
	case k.Enabled:
		return templates.Chip{Tone: "ok", Text: "Enabled"}
	case !Complete(k):
		return templates.Chip{Text: "Draft"}
	}
	return templates.Chip{Text: "Off"}
}

// Complete tells whether there is enough to sign in with.
func Complete(k federation.LoginKey) bool {
	return k.Kind == federation.KindPeer && k.Join.Status == federation.Active || k.ClientID != ""
}

// Attentions are warnings for a page.
func Attentions(all []health.Warning) []templates.Attention {
	var out []templates.Attention
	for _, w := range all {
		out = append(out, templates.Attention{About: w.Subject(templates.Sentence), Text: w.Words(templates.Sentence), Do: w.ToDo(templates.Sentence), URL: w.URL, Urgent: w.Urgent, Since: w.Since})
	}
	return out
}
