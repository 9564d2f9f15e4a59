package readiness_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/readiness"
)

func TestTheDatabasesTimeIsFollowed(t *testing.T) {
	noon := time.Date(2030, 1, 2, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		ahead, want time.Duration // how far the local clock is ahead; the correction
		told        bool
	}{
		{0, 0, false},
		{50 * time.Millisecond, 0, false}, // too small to measure
		{time.Second, time.Second, false},
		{30 * time.Second, 30 * time.Second, true},
		{-30 * time.Second, -30 * time.Second, true},
		{time.Hour, 0, true}, // either clock may be wrong
	} {
		var log bytes.Buffer
		c := readiness.NewClock(func() time.Time { return noon.Add(tt.ahead) }, func(context.Context) (time.Time, error) { return noon, nil })
		for range 3 {
			c.Measure(t.Context(), slog.New(slog.NewTextHandler(&log, nil)))
		}
		if got := noon.Add(tt.ahead).Sub(c.Now()); got != tt.want || c.Skew() != tt.ahead {
			t.Errorf("%v ahead: %v is taken off, the skew is said to be %v", tt.ahead, got, c.Skew())
		}
		if got := strings.Count(log.String(), "clocks of this machine and of the database differ"); (got == 1) != tt.told {
			t.Errorf("%v ahead: the log says it %d times", tt.ahead, got)
		}
	}
}

func TestADatabaseThatDoesNotSayTheTimeChangesNothing(t *testing.T) {
	noon := time.Date(2030, 1, 2, 12, 0, 0, 0, time.UTC)
	var fails error
	c := readiness.NewClock(func() time.Time { return noon.Add(30 * time.Second) }, func(context.Context) (time.Time, error) { return noon, fails })
	c.Measure(t.Context(), slog.New(slog.DiscardHandler))
	fails = errors.New("away")
	c.Measure(t.Context(), slog.New(slog.DiscardHandler))
	if !c.Now().Equal(noon) {
		t.Errorf("got %v", c.Now())
	}
	alone := readiness.NewClock(func() time.Time { return noon }, nil)
	alone.Measure(t.Context(), slog.New(slog.DiscardHandler))
	if !alone.Now().Equal(noon) {
		t.Errorf("without a clock of the database: got %v", alone.Now())
	}
}
