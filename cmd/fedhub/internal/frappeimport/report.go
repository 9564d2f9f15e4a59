package frappeimport

import (
	"cmp"
	"slices"
)

// An Outcome is the result for one document.
type Outcome string

// The outcomes. An unclear document is not imported; an administrator has to decide
// about it.
const (
	Created   Outcome = "created"
	Updated   Outcome = "updated"
	Unchanged Outcome = "unchanged"
	Skipped   Outcome = "skipped"
	Unclear   Outcome = "needs attention"
	Failed    Outcome = "failed"
)

// Outcomes are all of them, in the order of a summary.
func Outcomes() []Outcome { return []Outcome{Created, Updated, Unchanged, Skipped, Unclear, Failed} }

// A Record is the result for one document. It contains no secret.
type Record struct {
	Kind    string   `json:"kind"` // the doctype
	Name    string   `json:"name"`
	Place            // where it is in the files
	Outcome Outcome  `json:"outcome"`
	ID      string   `json:"id,omitempty"`     // its ID here
	Reason  string   `json:"reason,omitempty"` // why it is not created
	Notes   []string `json:"notes,omitempty"`  // what is different here
	Next    []string `json:"next,omitempty"`   // what the administrator should do
	// NoSecret is set for an application that would be added without its secret:
	// sign-ins to it would fail.
	NoSecret bool `json:"no_secret,omitempty"`
}

func (r *Record) note(text string) { r.Notes = append(r.Notes, text) }
func (r *Record) todo(text string) { r.Next = append(r.Next, text) }

// refuse leaves the document out and says what to do about it.
func (r *Record) refuse(reason, next string) {
	r.Outcome, r.Reason = Unclear, reason
	if next != "" {
		r.todo(next)
	}
}

func (r *Record) skip(reason string) { r.Outcome, r.Reason = Skipped, reason }

// A Report is the result of an import.
type Report struct {
	Hub     string          `json:"hub"`
	Site    string          `json:"site,omitempty"`
	DryRun  bool            `json:"dry_run"`
	Summary map[Outcome]int `json:"summary"`
	Records []Record        `json:"records"`
	// Notes are about the export as a whole.
	Notes []string `json:"notes,omitempty"`
}

// count fills in the summary.
func (r *Report) count() {
	r.Summary = map[Outcome]int{}
	for _, record := range r.Records {
		r.Summary[record.Outcome]++
	}
}

// NoSecrets names the applications that would be added without their secret.
func (r *Report) NoSecrets() []string {
	var names []string
	for _, one := range r.Records {
		if one.NoSecret {
			names = append(names, one.Name)
		}
	}
	return names
}

// Told are the records that an administrator should read, the most urgent first.
func (r *Report) Told() []Record {
	told := slices.DeleteFunc(slices.Clone(r.Records), func(one Record) bool {
		return one.Outcome != Unclear && one.Outcome != Failed && len(one.Next) == 0 && len(one.Notes) == 0
	})
	order := []Outcome{Failed, Unclear, Created, Updated, Unchanged, Skipped}
	slices.SortStableFunc(told, func(a, b Record) int {
		return cmp.Compare(slices.Index(order, a.Outcome), slices.Index(order, b.Outcome))
	})
	return told
}
