package auditlog

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/internal/spreadsheet"
	"github.com/fedhub/fedhub/internal/texts"
)

// The formats of an export.
const (
	CSV    = "csv"
	NDJSON = "ndjson" // one JSON object in each line
)

// A Writer writes events to a file. Flush writes what is buffered.
type Writer struct {
	Write func(audit.Event) error
	Flush func() error
}

// NewWriter writes events in a format. words are for the reasons in CSV.
func NewWriter(to io.Writer, format string, words texts.Words) (Writer, error) {
	switch format {
	case NDJSON:
		lines := json.NewEncoder(to)
		return Writer{func(e audit.Event) error { return lines.Encode(export(e)) }, func() error { return nil }}, nil
	case CSV:
		table := csv.NewWriter(to)
		flush := func() error { table.Flush(); return table.Error() }
		return Writer{func(e audit.Event) error { return table.Write(cells(e, words)) }, flush}, table.Write(columns)
	}
	return Writer{}, fmt.Errorf("there is no format %q of an export", format)
}

// exported is an event as a line of JSON: the fields as they are stored.
type exported struct {
	ID       string            `json:"id"`
	Time     string            `json:"time"`
	Kind     string            `json:"kind"`
	Actor    string            `json:"actor,omitempty"`
	Target   string            `json:"target,omitempty"`
	Client   string            `json:"client,omitempty"`
	LoginKey string            `json:"loginKey,omitempty"`
	IP       string            `json:"ip,omitempty"`
	Agent    string            `json:"agent,omitempty"`
	Ref      string            `json:"ref,omitempty"`
	Code     string            `json:"code,omitempty"`
	Args     map[string]string `json:"args,omitempty"`
	Reason   string            `json:"reason,omitempty"`
	Detail   map[string]string `json:"detail,omitempty"`
	Changes  []audit.Change    `json:"changes,omitempty"`
}

// exportTime is RFC 3339 to the millisecond, which is what databases store.
const exportTime = "2006-01-02T15:04:05.000Z"

func export(e audit.Event) exported {
	return exported{ID: e.ID, Time: e.Time.UTC().Format(exportTime), Kind: e.Kind, Actor: e.Actor, Target: e.Target, Client: e.Client, LoginKey: e.LoginKey,
		IP: e.IP, Agent: e.Agent, Ref: e.Ref, Code: e.Why.Code, Args: e.Why.Args, Reason: e.Reason, Detail: e.Detail, Changes: e.Changes}
}

var columns = []string{"time", "kind", "actor", "target", "client", "loginKey", "ip", "agent", "ref", "reason", "detail", "changes", "id"}

func cells(e audit.Event, words texts.Words) []string {
	all := []string{e.Time.UTC().Format(exportTime), e.Kind, e.Actor, e.Target, e.Client, e.LoginKey, e.IP, e.Agent, e.Ref, e.Words(words),
		object(len(e.Detail), e.Detail), object(len(e.Changes), e.Changes), e.ID}
	for i, cell := range all {
		all[i] = spreadsheet.Cell(cell)
	}
	return all
}

// object is a value as JSON in a cell; empty if it has no entries.
func object(entries int, value any) string {
	if entries == 0 {
		return ""
	}
	text, err := json.Marshal(value)
	if err != nil {
		panic("auditlog: " + err.Error()) // texts always have JSON
	}
	return string(text)
}
