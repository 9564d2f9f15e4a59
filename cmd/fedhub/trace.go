package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/fedhub/fedhub/hub/traces"
	"github.com/fedhub/fedhub/templates"
)

type traceCmd struct {
	Reference string `arg:"" optional:"" help:"Reference from an error page, like K7Q2-M4XD. Without it, recent sign-ins are listed."`
	Failed    bool   `help:"List only failed sign-ins."`

	format `embed:""`
	base   `embed:""`
}

// A traceRow is the trace of a sign-in as the commands print it.
type traceRow struct {
	Reference string      `json:"reference"`
	Began     time.Time   `json:"began"`
	State     string      `json:"state"`
	Client    string      `json:"client,omitempty"`
	LoginKey  string      `json:"login_key,omitempty"`
	User      string      `json:"user,omitempty"`
	From      string      `json:"from,omitempty"` // the hub before this one, with its reference
	To        string      `json:"to,omitempty"`   // the hub after this one
	Why       string      `json:"why,omitempty"`  // the sign-in failed
	Steps     []traceStep `json:"steps,omitempty"`
}

type traceStep struct {
	Time    time.Time         `json:"time"`
	Took    string            `json:"took"`
	Title   string            `json:"title"`
	Kind    string            `json:"kind"`
	Outcome string            `json:"outcome"`
	Text    string            `json:"text,omitempty"`
	Facts   map[string]string `json:"facts,omitempty"`
}

var traceStates = map[string]string{traces.OK: "signed in", traces.Failed: "failed", traces.Noted: "not finished"}

func traceRowOf(t traces.Trace) traceRow {
	row := traceRow{
		Reference: t.Ref, Began: t.Began, State: traceStates[t.State], Client: t.Client, LoginKey: t.LoginKey, User: t.User,
		From: hopText(t.From), To: hopText(t.To),
	}
	if s, failed := t.Mistake(); failed {
		row.Why = s.Words(templates.Sentence)
	}
	return row
}

func hopText(h traces.Hop) string {
	if h.Ref == "" {
		return h.Base
	}
	return h.Base + ", reference " + h.Ref
}

// Run prints one trace with its steps, or lists the newest traces.
func (s *traceCmd) Run(ctx context.Context, c *console) error {
	return s.with(ctx, c, func(o *opened) error {
		if s.Reference == "" {
			return s.list(ctx, c, o)
		}
		found, err := o.Traces(ctx, s.Reference)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return fmt.Errorf("there is no trace with the reference %s; run fedhub trace for recent sign-ins", oneLine(s.Reference))
		}
		row := traceRowOf(found[0])
		for _, step := range found[0].Steps {
			row.Steps = append(row.Steps, traceStepOf(step))
		}
		return s.print(c, row, func(w io.Writer) { tellTrace(w, row) })
	})
}

func traceStepOf(s traces.Step) traceStep {
	out := traceStep{Time: s.Time, Took: s.Took.Round(time.Millisecond).String(), Title: s.Title().In(templates.Sentence, ""), Kind: s.What, Outcome: s.Outcome, Text: s.Words(templates.Sentence)}
	for _, f := range s.Facts {
		if out.Facts == nil {
			out.Facts = map[string]string{}
		}
		out.Facts[f.Name] = f.Value
	}
	return out
}

// tellTrace prints a trace as text.
func tellTrace(w io.Writer, row traceRow) {
	for _, line := range [][2]string{
		{"reference", row.Reference}, {"started", row.Began.UTC().Format(time.RFC3339)}, {"state", row.State}, {"application", row.Client},
		{"provider", row.LoginKey}, {"user", row.User}, {"came from", row.From}, {"continues at", row.To}, {"reason", row.Why},
	} {
		if line[1] != "" {
			fmt.Fprintf(w, "%-13s %s\n", line[0], oneLine(line[1]))
		}
	}
	for _, s := range row.Steps {
		fmt.Fprintf(w, "\n%s  %-6s %s\n", s.Time.UTC().Format("15:04:05.000"), s.Outcome, s.Title)
		if s.Text != "" {
			fmt.Fprintf(w, "              %s\n", oneLine(s.Text))
		}
		for _, name := range slices.Sorted(maps.Keys(s.Facts)) {
			fmt.Fprintf(w, "              %s: %s\n", oneLine(name), oneLine(s.Facts[name]))
		}
	}
}

func (s *traceCmd) list(ctx context.Context, c *console, o *opened) error {
	const most = 50
	found, err := o.LatestTraces(ctx, traces.Filter{Failed: s.Failed}, most)
	if err != nil {
		return err
	}
	rows := make([]traceRow, 0, len(found))
	for _, t := range found {
		rows = append(rows, traceRowOf(t))
	}
	return s.print(c, rows, func(w io.Writer) {
		cells := make([][]string, len(rows))
		for i, r := range rows {
			cells[i] = []string{r.Reference, r.Began.UTC().Format(time.RFC3339), r.State, r.Client, r.Why}
		}
		table(w, []string{"REFERENCE", "STARTED", "STATE", "APPLICATION", "REASON"}, cells)
	})
}
