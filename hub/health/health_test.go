package health

import (
	"errors"
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation"
)

func TestARecordAddsUpInAnyOrder(t *testing.T) {
	now := time.Date(2030, 1, 2, 12, 30, 0, 0, time.UTC)
	worked := federation.Outcome{Key: "up", Step: federation.StepFinish, At: now}
	failed := worked
	failed.At, failed.Err = now.Add(-2*time.Hour), errors.New("it was silent")
	turned := failed
	turned.TurnedAway = true
	old := worked
	old.At = now.Add(-25 * time.Hour)

	var mine, theirs Record
	for _, o := range []federation.Outcome{worked, worked, failed} {
		mine.note(o)
	}
	for _, o := range []federation.Outcome{failed, turned, worked, old} {
		theirs.note(o)
	}
	for name, order := range map[string][]Record{"mine first": {mine, theirs}, "theirs first": {theirs, mine}} {
		var sum Record
		for _, r := range order {
			sum.add(r, now)
		}
		if got, want := sum.Day(now), (Hour{SignIns: 3, Failures: 2, Turned: 1}); got != want {
			t.Errorf("%s: the day is %+v, want %+v", name, got, want)
		}
		if len(sum.Hours) != 2 || !sum.Worked.Equal(now) || sum.Why.Args["cause"] != "it was silent" || sum.Failing() {
			t.Errorf("%s: got %+v", name, sum)
		}
		if got := sum.Day(now.Add(24 * time.Hour)); got != (Hour{}) {
			t.Errorf("%s: a day later it is still %+v", name, got)
		}
	}
}

func TestWhatSaysNothingOfTheUpstreamIsNotCounted(t *testing.T) {
	k := (&Service{Now: time.Now}).Start()
	k.Report(t.Context(), federation.Outcome{Key: "up", Step: federation.StepFinish, Err: errors.New("they said no"), Stray: true})
	k.Report(t.Context(), federation.Outcome{Key: "up", Step: federation.StepBegin})
	if len(k.pending) != 0 {
		t.Errorf("got %+v", k.pending["up"])
	}
}
