package flood_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/internal/flood"
)

var nine = time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)

func TestTheFirstOfAMinuteAreWrittenAndTheRestIsCounted(t *testing.T) {
	var g flood.Gate[string]
	written := 0
	for range 10_000 {
		if ok, before := g.Admit(nine, "wrong"); ok {
			written++
		} else if before != 0 {
			t.Fatalf("%d of a minute before, and there was none", before)
		}
	}
	if written != 60 {
		t.Errorf("%d were written, want 60", written)
	}
	if ok, _ := g.Admit(nine, "another kind"); !ok {
		t.Error("one kind hides another")
	}
	if left := g.Ended(nine.Add(59*time.Second), false); len(left) != 0 {
		t.Errorf("a minute that is not over: %v", left)
	}
	if ok, before := g.Admit(nine.Add(time.Minute), "wrong"); !ok || before != 10_000-60 {
		t.Errorf("a minute later: %v, and %d were left out before", ok, before)
	}
}

func TestOneWhoFloodsHidesNobodyElse(t *testing.T) {
	var g flood.Gate[string]
	count := func(n int, places func(i int) []string) (written int) {
		for i := range n {
			if ok, _ := g.Admit(nine, "wrong", places(i)...); ok {
				written++
			}
		}
		return written
	}
	for _, row := range []struct {
		who    string
		places func(i int) []string
		want   int
	}{
		{"one client", func(int) []string { return []string{"192.0.2.0/24", "app"} }, 10},
		{"the others beside it, made up", func(i int) []string { return []string{"192.0.2.0/24", fmt.Sprint(i)} }, 10},
		{"the same client elsewhere", func(int) []string { return []string{"198.51.100.0/24", "app"} }, 10},
		{"clients without a name, there", func(int) []string { return []string{"198.51.100.0/24", ""} }, 10},
		{"many networks", func(i int) []string { return []string{fmt.Sprint(i), "app"} }, 20},
	} {
		if got := count(1000, row.places); got != row.want {
			t.Errorf("%s: %d were written, want %d", row.who, got, row.want)
		}
	}
	if left := g.Ended(nine, true); left["wrong"] != 5000-60 {
		t.Errorf("left out: %v", left)
	}
	if left := g.Ended(nine, true); len(left) != 0 {
		t.Errorf("told twice: %v", left)
	}
}

func TestAClockThatWasSetBackWritesAgain(t *testing.T) {
	var g flood.Gate[string]
	for range 100 {
		g.Admit(nine, "wrong")
	}
	if ok, before := g.Admit(nine.Add(-time.Hour), "wrong"); !ok || before != 40 {
		t.Errorf("got %v and %d", ok, before)
	}
}

func TestALogIsBoundedByMessageAndRoute(t *testing.T) {
	var out bytes.Buffer
	now := nine
	h := flood.NewHandler(slog.NewTextHandler(&out, nil), func() time.Time { return now })
	log := slog.New(h).With("hub", "one")
	for i := range 1000 {
		log.Error("a request failed", "route", "/a", "ref", i)
		log.Info("serving", "n", i)
	}
	log.Error("a request failed", "route", "/b")
	if got := strings.Count(out.String(), "route=/a"); got != 60 {
		t.Errorf("%d lines of one kind, want 60", got)
	}
	for text, want := range map[string]int{"route=/b": 1, "msg=serving": 1000, "more=": 0} {
		if got := strings.Count(out.String(), text); got != want {
			t.Errorf("%s: %d lines, want %d", text, got, want)
		}
	}
	now = now.Add(time.Minute)
	h.Tell(t.Context(), false)
	h.Tell(t.Context(), false)
	if got := strings.Count(out.String(), `level=ERROR msg="a request failed" route=/a more=940`); got != 1 {
		t.Errorf("the rest is told %d times:\n%s", got, out.String()[max(0, out.Len()-300):])
	}
}

func TestMessagesThatAreNoConstantsAreOneKind(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(flood.NewHandler(slog.NewTextHandler(&out, nil), time.Now).OneKind("the server"))
	for i := range 1000 {
		log.Warn(fmt.Sprintf("TLS handshake error from 192.0.2.%d", i))
	}
	if got := strings.Count(out.String(), "\n"); got != 60 {
		t.Errorf("%d lines, want 60", got)
	}
}
