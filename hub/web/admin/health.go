package admin

import (
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/health"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// Health is the health of a login key for its pages: the counts of all
// processes, and the waiting users of this process.
func Health(upstreams *federation.Registry, now time.Time, r health.Record) templates.Health {
	day, state := r.Day(now), upstreams.State(r.ID)
	h := templates.Health{
		Known: r.ID != "", State: healthState(r, now), NobodyBack: r.NobodyBack(now), NoRefresh: r.LooksInVain(), ScopeRefused: r.ScopeRefused(), Worked: r.Worked, Failed: r.Failed, Reason: locales.From(r.Words),
		Waiting: state.Waiting, SignIns: day.SignIns, Failures: day.Failures, Turned: day.Turned,
	}
	if r.Resting.After(now) {
		h.Resting = r.Resting
		h.State = templates.Chip{Tone: "danger", Text: locales.Say("health.doesnt-answer")}
	}
	return h
}

func healthState(r health.Record, now time.Time) templates.Chip {
	switch {
	case r.ScopeRefused():
		return templates.Chip{Tone: "danger", Text: locales.Say("health.a-scope-is-refused")}
	case r.Failing():
		return templates.Chip{Tone: "danger", Text: locales.Say("health.last-sign-in-failed")}
	case r.NobodyBack(now):
		return templates.Chip{Tone: "warn", Text: locales.Say("health.nobody-comes-back")}
	case r.Worked.IsZero():
		return templates.Chip{Text: locales.Say("health.nobody-signed-in-yet")}
	}
	return templates.Chip{Tone: "ok", Text: locales.Say("health.works")}
}

// KeyState is the state of a login key, by its record.
func KeyState(k federation.LoginKey) templates.Chip {
	if k.Kind == federation.KindPeer {
		switch k.Join.Status {
		case federation.Active:
		case federation.Suspended:
			return templates.Chip{Tone: "danger", Text: locales.Say("health.suspended")}
		case federation.Refused, federation.Removed:
			return templates.Chip{Tone: "danger", Text: locales.Say("health.refused")}
		case federation.NoAnswer, federation.Unsupported:
			return templates.Chip{Tone: "danger", Text: locales.Say("health.failing")}
		default:
			return templates.Chip{Tone: "warn", Text: locales.Say("health.waiting")}
		}
	}
	switch {
	case k.Enabled:
		return templates.Chip{Tone: "ok", Text: locales.Say("health.enabled")}
	case !Complete(k):
		return templates.Chip{Text: locales.Say("health.draft")}
	}
	return templates.Chip{Text: locales.Say("health.off")}
}

// Complete reports whether the key has all settings that a sign-in needs.
func Complete(k federation.LoginKey) bool {
	return k.Kind == federation.KindPeer && k.Join.Status == federation.Active || k.ClientID != ""
}

// Attentions are warnings for a page.
func Attentions(all []health.Warning) []templates.Attention {
	var out []templates.Attention
	for _, w := range all {
		out = append(out, templates.Attention{About: locales.From(w.Subject), Text: locales.From(w.Words), Do: locales.From(w.ToDo), URL: w.URL, Urgent: w.Urgent, Since: w.Since})
	}
	return out
}
