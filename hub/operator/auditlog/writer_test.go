package auditlog

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/internal/texts"
)

func TestWhatAnExportContains(t *testing.T) {
	e := audit.Event{ID: "1", Time: time.Date(2026, 3, 14, 9, 5, 0, 123456789, time.UTC), Kind: audit.ClientChanged, Actor: "root", Target: "=cmd|' /C calc'!A0", Client: "@wiki",
		Why: texts.New("invited", "by", "ada"), Detail: map[string]string{"a": "1"}, Changes: []audit.Change{{Field: "name", Before: "-1", After: "+1"}}}
	var file bytes.Buffer
	w, err := NewWriter(&file, CSV, words)
	if err == nil {
		err = w.Write(e)
	}
	if err == nil {
		err = w.Flush()
	}
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&file).ReadAll()
	want := []string{"2026-03-14T09:05:00.123Z", "client.changed", "root", "'=cmd|' /C calc'!A0", "'@wiki", "", "", "", "", "invited in words, by ada",
		`{"a":"1"}`, `[{"field":"name","before":"-1","after":"+1"}]`, "1"}
	if err != nil || len(rows) != 2 || !slices.Equal(rows[0], columns) || !slices.Equal(rows[1], want) {
		t.Errorf("CSV: got %q, %v", rows, err)
	}

	file.Reset()
	if w, err = NewWriter(&file, NDJSON, words); err == nil {
		err = w.Write(e)
	}
	var line map[string]any
	if err != nil || bytes.Count(file.Bytes(), []byte("\n")) != 1 || json.Unmarshal(file.Bytes(), &line) != nil {
		t.Fatalf("NDJSON: got %s, %v", &file, err)
	}
	if line["target"] != e.Target || line["code"] != "invited" || line["time"] != want[0] || line["ip"] != nil {
		t.Errorf("NDJSON: got %v", line)
	}
	if _, err := NewWriter(&file, "xml", words); err == nil {
		t.Error("there is a format xml")
	}
}

func words(code string, args map[string]string) string { return code + " in words, by " + args["by"] }
