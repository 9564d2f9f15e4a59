package hubtest

import (
	"regexp"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub/traces"
)

var shownRef = regexp.MustCompile(`id="reference">([0-9A-Z]{4}-[0-9A-Z]{4})<`)

// Reference is the reference on the error page.
func (p Page) Reference(t testing.TB) string {
	t.Helper()
	found := shownRef.FindStringSubmatch(p.Body)
	if found == nil {
		t.Fatalf("no reference on the page:\n%s", p.Body)
	}
	if got := p.Header.Get("X-Request-Id"); got != found[1] {
		t.Errorf("the page says %s and the header %s", found[1], got)
	}
	return found[1]
}

// Trace finds the trace with a reference.
func (w *World) Trace(ref string) traces.Trace {
	w.Helper()
	found, err := w.Hub.Traces(w.Context(), ref)
	if err != nil {
		w.Fatal(err)
	}
	if len(found) != 1 {
		w.Fatalf("%d traces have the reference %q", len(found), ref)
	}
	return found[0]
}

// Traced are all traces, the newest first.
func (w *World) Traced() []traces.Trace {
	w.Helper()
	all, err := w.Hub.LatestTraces(w.Context(), traces.Filter{}, 100)
	if err != nil {
		w.Fatal(err)
	}
	return all
}

// DumpOf is the content of one set.
func DumpOf(t *testing.T, w *World, set string) string {
	t.Helper()
	var out strings.Builder
	for line := range strings.Lines(Dump(t, w)) {
		if strings.HasPrefix(line, set+" ") {
			out.WriteString(line)
		}
	}
	return out.String()
}
