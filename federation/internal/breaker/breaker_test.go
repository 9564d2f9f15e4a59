package breaker

import (
	"testing"
	"time"
)

func TestABreakerOpensHalfOpensAndCloses(t *testing.T) {
	now := time.Unix(1000, 0)
	var b Breaker
	for i := range strikes {
		if !b.Admit(now) {
			t.Fatalf("silence %d was not admitted", i)
		}
		b.Judge(now, Silent)
	}
	if b.Admit(now) || b.Open(now) != now.Add(firstRest) {
		t.Fatalf("after %d silences it is open until %v", strikes, b.Open(now))
	}
	b.Judge(now, Silent) // a request that started before the breaker opened
	if got := b.Open(now); got != now.Add(firstRest) {
		t.Errorf("a late silence moved the end of the rest to %v", got)
	}
	for rest := firstRest; rest < longRest; rest = min(2*rest, longRest) {
		now = b.Open(now)
		if !b.Admit(now) || b.Admit(now) {
			t.Fatal("a half-open Breaker lets through one, and one only")
		}
		b.Judge(now, Silent)
		if got, want := b.Open(now).Sub(now), min(2*rest, longRest); got != want {
			t.Fatalf("it rests %v after %v, want %v", got, rest, want)
		}
	}
	now = b.Open(now)
	if !b.Admit(now) {
		t.Fatal("it never tries again")
	}
	b.Judge(now, Nothing) // the visitor left: the next one tries
	if !b.Admit(now) {
		t.Fatal("a visitor who left keeps it shut")
	}
	b.Judge(now, Answered)
	for range 2 {
		if !b.Admit(now) || b.row != 0 || b.rests != 0 {
			t.Errorf("an answer does not close it: %+v", &b)
		}
	}
}

func TestOneAnswerAmongSilencesKeepsABreakerClosed(t *testing.T) {
	now := time.Unix(1000, 0)
	var b Breaker
	for range 10 * strikes {
		for range strikes - 1 {
			b.Judge(now, Silent)
			b.Judge(now, Nothing)
		}
		b.Judge(now, Answered)
	}
	if !b.Open(now).IsZero() {
		t.Error("it is open")
	}
}
