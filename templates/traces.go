package templates

import (
	"time"

	"github.com/fedhub/fedhub/templates/locales"
)

// AdminTraces lists login traces, newest first. Both its forms post to
// /admin/sign-in-log, which redirects back here: one posts ref, the other
// client, key, person and failed.
type AdminTraces struct {
	Ref      string // as it was typed
	Mistakes []Mistake

	Failed bool   // only failed ones
	Client string // id
	Key    string // id
	Person string // e-mail address or id

	Clients []Option // id and name, the empty choice first
	Keys    []Option
	Traces  []TraceRow
	More    string // address of the next page
	Off     bool   // the settings disable traces
	Days    int    // how long they are kept
}

func (p AdminTraces) look() look {
	return look{"traces", desk, locales.Say("traces.tab"), len(p.Mistakes) > 0}
}

// Chosen reports whether the list is filtered.
func (p AdminTraces) Chosen() bool {
	return p.Failed || p.Client != "" || p.Key != "" || p.Person != "" || p.Ref != ""
}

// A TraceRow is one trace in the list.
type TraceRow struct {
	Ref    string
	Began  time.Time
	State  Chip
	Client string // name
	Key    string // name
	Person locales.Text
	Why    locales.Text // why it failed
}

// AdminTrace is one sign-in, step by step.
type AdminTrace struct {
	Ref     string
	State   Chip
	Began   time.Time
	Took    locales.Text // from the first step to the last
	Client  Action
	Key     Action
	Person  Action
	From    Action       // the same sign-in at the hub that sent the user
	To      Action       // and at the hub that the user was sent to
	Why     locales.Text // why it failed
	Fix     Action       // page to fix it
	Steps   []TraceStep
	Omitted int // steps in the middle that are not stored
	Events  []TraceEvent
	Until   time.Time // when it is deleted
}

func (p AdminTrace) look() look {
	return look{"trace", desk, locales.Say("trace.tab", "ref", p.Ref), false}
}

// A TraceStep is one event.
type TraceStep struct {
	Title  locales.Text
	Tone   string       // ok, danger, or empty for neither
	Failed bool         // the sign-in failed here
	At     locales.Text // since the start, like "+1.2 s"
	Took   locales.Text // empty if very short
	Text   locales.Text
	Facts  []Row
}

// Mark is the icon.
func (s TraceStep) Mark() string { return either(s.Tone, "info") }

// A TraceEvent is an audit event with the same reference.
type TraceEvent struct {
	Time time.Time
	Kind string
	Text locales.Text
}
