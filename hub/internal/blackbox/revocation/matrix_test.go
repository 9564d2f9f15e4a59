// Package revocation_test tests which event revokes what: every sign-in method,
// every issued session and token, and every event that ends them.
package revocation_test

import (
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// The terms of docs/revocation.md for how soon something ends.
const (
	atOnce  = "at once"
	refresh = "next refresh" // the latest for sessions and tokens that came by this provider
	goesOn  = "stays valid"
)

// TestWhatEndsWhat tests every cell of the tables in docs/revocation.md.
func TestWhatEndsWhat(t *testing.T) {
	book := read(t)
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			h := way.open(t)
			h.Operator() // another user is the administrator
			for _, e := range endings {
				if e.key && h.key == "" {
					continue
				}
				play(t, h, e, book)
				if e.undo != nil {
					e.undo(t, h)
				}
			}
		})
	}
}

func play(t *testing.T, h *house, e ending, book tables) {
	t.Helper()
	b := h.mustEnter()
	all := make([]issued, len(sorts))
	var apps []*hubtest.App
	for i, s := range sorts {
		all[i] = s.issue(t, h, b)
		if all[i].access == nil {
			continue
		}
		if !all[i].access() {
			t.Fatalf("%s, %s: it is no good from the start", e.name, s.name)
		}
		if all[i].app != nil {
			apps = append(apps, all[i].app)
		}
	}
	e.do(t, h, b, apps)
	each := func(look func(issued) bool) []bool {
		out := make([]bool, len(all))
		for i, one := range all {
			out[i] = one.access != nil && look(one)
		}
		return out
	}
	before := each(func(i issued) bool { return i.access() })
	renewed := each(func(i issued) bool { return i.refresh != nil && i.refresh() })
	after := each(func(i issued) bool { return i.access() })
	for i, s := range sorts {
		if all[i].access == nil {
			continue
		}
		got := "something between"
		switch {
		case !before[i] && !renewed[i] && !after[i]:
			got = atOnce
		case before[i] && !renewed[i] && !after[i]:
			got = refresh
		case before[i] && after[i] && renewed[i] == (all[i].refresh != nil):
			got = goesOn
		}
		want := book.cell(t, h.way, e.name, s.name)
		if want == refresh && got == atOnce {
			continue // another hub sends a back-channel logout, which may arrive first
		}
		if got != want {
			t.Errorf("%s, %s: %s; got %q, want %q (good %v, renewed %v, good %v)", h.way, e.name, s.name, got, want, before[i], renewed[i], after[i])
		}
	}
}

// tables are those of docs/revocation.md: the rules for all sign-in methods, and
// the exceptions by method, event and kind.
type tables struct {
	cells      map[[2]string]string
	exceptions map[[3]string]string
}

func (b tables) cell(t *testing.T, way, ending, sort string) string {
	t.Helper()
	for _, s := range []string{sort, "everything"} {
		if cell, ok := b.exceptions[[3]string{way, ending, s}]; ok {
			return cell
		}
	}
	cell, ok := b.cells[[2]string{ending, sort}]
	if !ok {
		t.Errorf("docs/revocation.md does not say what becomes of %s when %s", sort, ending)
	}
	return cell
}

func read(t *testing.T) tables {
	t.Helper()
	text, err := os.ReadFile("../../../../docs/revocation.md")
	if err != nil {
		t.Fatal(err)
	}
	b := tables{map[[2]string]string{}, map[[3]string]string{}}
	var head []string
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "|") {
			head = nil
			continue
		}
		row := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		for i := range row {
			row[i] = strings.TrimSpace(row[i])
		}
		switch {
		case head == nil:
			head = row
		case strings.HasPrefix(row[0], "-"):
		case head[0] == "When":
			for i, name := range head[1:] {
				b.cells[[2]string{row[0], name}] = row[i+1]
			}
		case head[0] == "Signed in with":
			b.exceptions[[3]string{row[0], row[1], row[2]}] = row[3]
		}
	}
	return b
}

// TestEveryWayInAndEveryGrantHasItsPlace compares rows and columns with the code
// and the document: a new sign-in method, factor or grant needs an entry in both.
func TestEveryWayInAndEveryGrantHasItsPlace(t *testing.T) {
	for _, kind := range hub.ConnectorKinds() {
		if !slices.ContainsFunc(ways, func(w way) bool { return w.kind == kind }) {
			t.Errorf("people come in by login keys of the kind %s, and no row of ways does", kind)
		}
	}
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	req, err := http.NewRequest(http.MethodGet, w.URL+"/.well-known/openid-configuration", nil)
	must(t, err)
	var doc struct {
		Grants []string `json:"grant_types_supported"`
	}
	must(t, json.Unmarshal([]byte(w.Call(req).Body), &doc))
	if len(doc.Grants) < 7 {
		t.Errorf("discovery names only %v", doc.Grants)
	}
	for _, grant := range doc.Grants {
		if !slices.ContainsFunc(sorts, func(s sort) bool { return slices.Contains(s.grants, grant) }) {
			t.Errorf("the grant type %s issues something, and no row of sorts does", grant)
		}
	}
	book := read(t)
	for _, e := range endings {
		for _, s := range sorts {
			book.cell(t, "", e.name, s.name)
		}
	}
	for cell := range book.cells {
		if !slices.ContainsFunc(endings, func(e ending) bool { return e.name == cell[0] }) || !slices.ContainsFunc(sorts, func(s sort) bool { return s.name == cell[1] }) {
			t.Errorf("docs/revocation.md speaks of %q, which nothing here plays", cell)
		}
	}
	for cell := range book.exceptions {
		if !slices.ContainsFunc(ways, func(w way) bool { return w.name == cell[0] }) || !slices.ContainsFunc(endings, func(e ending) bool { return e.name == cell[1] }) {
			t.Errorf("docs/revocation.md excepts %q, which nothing here plays", cell)
		}
	}
	starts(t)
}
