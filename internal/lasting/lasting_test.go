package lasting_test

import (
	"context"
	"testing"
	"time"

	"github.com/fedhub/fedhub/internal/lasting"
)

func TestWhatMustBeFinishedGoesOnWhenNobodyWaits(t *testing.T) {
	ctx, leave := context.WithCancel(t.Context())
	leave()
	if err := lasting.Of(ctx).Err(); err != nil {
		t.Errorf("it ended with whoever asked: %v", err)
	}
}

func TestWhatMustBeFinishedHasAnEndOfItsOwn(t *testing.T) {
	begun := time.Now()
	end, ok := lasting.Of(t.Context()).Deadline()
	if !ok || end.Before(begun) || end.After(time.Now().Add(lasting.Limit)) {
		t.Errorf("it ends at %v, %v", end, ok)
	}
}

// However much is to be finished, one after the other, the request is answered
// in time.
func TestNothingLastsBeyondTheRequestThatItComesOf(t *testing.T) {
	end := time.Now().Add(lasting.Limit / 2)
	ctx := lasting.Before(t.Context(), end)
	for range 3 {
		ctx = lasting.Of(ctx)
		if until, _ := ctx.Deadline(); !until.Equal(end) {
			t.Errorf("it ends at %v, the request at %v", until, end)
		}
	}
	if lasting.Of(lasting.Before(t.Context(), time.Now())).Err() == nil {
		t.Error("it goes on although the request is over")
	}
}

func TestLongWorkEndsWithTheTimeOfWhoeverAskedAndNotWithThem(t *testing.T) {
	until := time.Now().Add(time.Hour)
	ctx, leave := context.WithDeadline(t.Context(), until)
	leave()
	long := lasting.ToDeadline(ctx)
	if end, _ := long.Deadline(); long.Err() != nil || !end.Equal(until) {
		t.Errorf("it ends at %v, %v", end, long.Err())
	}
	if _, ends := lasting.ToDeadline(t.Context()).Deadline(); ends {
		t.Error("it has an end that nobody set")
	}
}
