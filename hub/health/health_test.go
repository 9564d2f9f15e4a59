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
		if got, want := sum.Day(now), (Hour{SignIns: 3, Failures: 2, Turned: 1, Back: 5}); got != want {
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
	now := time.Date(2030, 1, 2, 12, 30, 0, 0, time.UTC)
	k.Report(t.Context(), federation.Outcome{Key: "up", Step: federation.StepFinish, At: now, Err: errors.New("they said no"), Stray: true})
	k.Report(t.Context(), federation.Outcome{Key: "up", Step: federation.StepBegin, At: now})
	r := *k.pending["up"]
	if got, want := r.Day(now), (Hour{Gone: 1, Back: 1}); got != want || !r.Worked.IsZero() || !r.Failed.IsZero() || len(k.bad) != 0 {
		t.Errorf("got %+v", r)
	}
}

// If the provider shows its own error page, the browser does not return and the
// hub gets no response.
func TestWhereNobodyComesBackIsNoticed(t *testing.T) {
	now := time.Date(2030, 1, 2, 12, 30, 0, 0, time.UTC)
	at := func(minutes int) time.Time { return now.Add(time.Duration(minutes) * time.Minute) }
	left := func(minutes int) federation.Outcome {
		return federation.Outcome{Key: "up", Step: federation.StepBegin, At: at(minutes)}
	}
	back := func(minutes int) federation.Outcome {
		return federation.Outcome{Key: "up", Step: federation.StepFinish, At: at(minutes)}
	}
	no := back(2)
	no.Err, no.Stray = errors.New("they said no"), true
	for _, row := range []struct {
		what     string
		outcomes []federation.Outcome
		looked   int // minutes
		want     bool
	}{
		{"nobody left", nil, 0, false},
		{"one is there now", []federation.Outcome{left(0)}, 5, false},
		{"one never came back", []federation.Outcome{left(0)}, 11, true},
		{"three at once", []federation.Outcome{left(0), left(0), left(0)}, 0, true},
		{"one came back", []federation.Outcome{left(0), back(1)}, 60, false},
		{"one came back with a no", []federation.Outcome{left(0), no}, 60, false},
		{"since it broke they leave all the time", []federation.Outcome{left(0), back(1), left(2), left(9), left(14)}, 15, true},
		{"they could not leave", []federation.Outcome{{Key: "up", Step: federation.StepBegin, At: now, Err: errors.New("silent")}}, 60, false},
	} {
		var whole, first, second Record
		for i, o := range row.outcomes {
			whole.note(o)
			if i == 0 {
				first.note(o)
			} else {
				second.note(o)
			}
		}
		whole.add(Record{}, at(row.looked))
		first.add(second, at(row.looked))
		if whole.NobodyBack(at(row.looked)) != row.want || first.NobodyBack(at(row.looked)) != row.want {
			t.Errorf("%s: got %v in one process, %v in two", row.what, whole.NobodyBack(at(row.looked)), first.NobodyBack(at(row.looked)))
		}
	}
}

func TestALookInVainAndARefusedScopeAreKnownUntilTheNextSignIn(t *testing.T) {
	now := time.Date(2030, 1, 2, 12, 30, 0, 0, time.UTC)
	var r Record
	bare := federation.Outcome{Key: "up", Step: federation.StepFinish, At: now, NoRefresh: true}
	refused := federation.Outcome{Key: "up", Step: federation.StepFinish, At: now.Add(time.Minute), Stray: true, Err: federation.NewRefusal("Up", "invalid_scope", "")}
	for _, o := range []federation.Outcome{bare, refused} {
		var news Record
		news.note(o)
		r.add(news, now)
	}
	if !r.LooksInVain() || !r.ScopeRefused() || r.Failing() {
		t.Errorf("got %+v", r)
	}
	r.note(federation.Outcome{Key: "up", Step: federation.StepFinish, At: now.Add(time.Hour)})
	if r.LooksInVain() || r.ScopeRefused() {
		t.Errorf("after a good one: %+v", r)
	}
}
