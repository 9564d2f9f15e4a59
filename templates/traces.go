package templates

import (
	"time"

	"github.com/fedhub/fedhub/templates/locales"
)

// AdminTraces lists login traces, the newest first. Both its forms post to
// /admin/sign-in-log, which leads back here: one ref, the other client, key, person
// and failed.
type AdminTraces struct {
	Ref      string // as it was typed
	Mistakes []Mistake

	Failed bool   // only those
	Client string // id
	Key    string // id
	Person string // e-mail address or id

	Clients []Option // id and name, the empty choice first
	Keys    []Option
	Traces  []TraceRow
	More    string // address of the next page
	Off     bool   // nothing is traced, by the settings
	Days    int    // how long they are kept
}

func (p AdminTraces) look() look {
	return look{"traces", desk, locales.Say("traces.tab"), len(p.Mistakes) > 0}
}

// Chosen tells whether the list leaves something out.
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
	Why    locales.Text // it failed
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
	From    Action       // the same sign-in at the hub the person came from
	To      Action       // and at the one they were sent to
	Why     locales.Text // it failed
	Fix     Action       // where to put that right
	Steps   []TraceStep
	Omitted int // steps in the middle that were not kept
	Events  []TraceEvent
	Until   time.Time // when it is forgotten
}

func (p AdminTrace) look() look {
	return look{"trace", desk, locales.Say("trace.tab", "ref", p.Ref), false}
}

// A TraceStep is one thing that happened.
type TraceStep struct {
	Title  locales.Text
	Tone   string       // ok, danger, or empty for neither
	Failed bool         // the attempt failed here
	At     locales.Text // since it began, like "+1.2 s"
	Took   locales.Text // empty if too little to mention
	Text   locales.Text
	Facts  []Row
}

// Mark is the icon.
func (s TraceStep) Mark() string { return either(s.Tone, "info") }

// A TraceEvent is what was recorded for audit under the same reference.
type TraceEvent struct {
	Time time.Time
	Kind string
	Text locales.Text
}
