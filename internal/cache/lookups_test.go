package cache_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/fedhub/fedhub/internal/cache"
)

const life = 2 * time.Second

var nine = time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)

func TestWhatWasReadBeforeAChangeIsNotRememberedAfterIt(t *testing.T) {
	l := cache.NewLookups[string](life, 10)
	epoch := l.Begin()
	l.Drop("web1") // a change comes between the read and the put
	l.Put("web1", "Web App", nine, epoch)
	if _, _, hit := l.Get("web1", nine); hit {
		t.Error("a stale record was remembered")
	}
	l.Miss("web1", nine, epoch)
	if _, _, hit := l.Get("web1", nine); hit {
		t.Error("a stale miss was remembered")
	}
}

func TestLookupsServeForTheirLife(t *testing.T) {
	l := cache.NewLookups[string](life, 10)
	l.Put("web1", "Web App", nine, l.Begin())
	l.Miss("web2", nine, l.Begin())
	for after, want := range map[time.Duration]bool{0: true, life - 1: true, life: false, -time.Second: false} {
		value, found, hit := l.Get("web1", nine.Add(after))
		if hit != want || found != want || (value == "Web App") != want {
			t.Errorf("after %v: got %q, %v, %v", after, value, found, hit)
		}
		if _, found, hit := l.Get("web2", nine.Add(after)); found || hit != want {
			t.Errorf("a miss after %v: got %v, %v", after, found, hit)
		}
	}
}

func TestAFloodOfUnknownIDsPushesOutNothingThatIsKnown(t *testing.T) {
	l := cache.NewLookups[string](life, 10)
	l.Put("web1", "Web App", nine, l.Begin())
	remembered := 0
	for n := range 35 {
		l.Miss(fmt.Sprint(n), nine, l.Begin())
	}
	for n := range 35 {
		if _, _, hit := l.Get(fmt.Sprint(n), nine); hit {
			remembered++
		}
	}
	if remembered == 0 || remembered > 10 {
		t.Errorf("%d unknown ids are remembered, at most 10 may be", remembered)
	}
	if _, found, hit := l.Get("web1", nine); !found || !hit {
		t.Error("the flood pushed out what is known")
	}
}
