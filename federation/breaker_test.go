package federation

import (
	"testing"
	"time"
)

func TestABreakerOpensHalfOpensAndCloses(t *testing.T) {
	now := time.Unix(1000, 0)
	var b breaker
	for i := range strikes {
		if !b.admit(now) {
			t.Fatalf("silence %d was not admitted", i)
		}
		b.judge(now, silent)
	}
	if b.admit(now) || b.open(now) != now.Add(firstRest) {
		t.Fatalf("after %d silences it is open until %v", strikes, b.open(now))
	}
	b.judge(now, silent) // somebody who was under way meanwhile
	if got := b.open(now); got != now.Add(firstRest) {
		t.Errorf("a late silence moved the end of the rest to %v", got)
	}
	for rest := firstRest; rest < longRest; rest = min(2*rest, longRest) {
		now = b.open(now)
		if !b.admit(now) || b.admit(now) {
			t.Fatal("a half-open breaker lets through one, and one only")
		}
		b.judge(now, silent)
		if got, want := b.open(now).Sub(now), min(2*rest, longRest); got != want {
			t.Fatalf("it rests %v after %v, want %v", got, rest, want)
		}
	}
	now = b.open(now)
	if !b.admit(now) {
		t.Fatal("it never tries again")
	}
	b.judge(now, nothing) // the visitor left: the next one tries
	if !b.admit(now) {
		t.Fatal("a visitor who left keeps it shut")
	}
	b.judge(now, answered)
	for range 2 {
		if !b.admit(now) || b.row != 0 || b.rests != 0 {
			t.Errorf("an answer does not close it: %+v", &b)
		}
	}
}

func TestOneAnswerAmongSilencesKeepsABreakerClosed(t *testing.T) {
	now := time.Unix(1000, 0)
	var b breaker
	for range 10 * strikes {
		for range strikes - 1 {
			b.judge(now, silent)
			b.judge(now, nothing)
		}
		b.judge(now, answered)
	}
	if !b.open(now).IsZero() {
		t.Error("it is open")
	}
}
