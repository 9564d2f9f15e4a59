package cache_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/fedhub/fedhub/internal/cache"
)

func TestWhoLeavesTakesNothingFromThoseWhoStay(t *testing.T) {
	var flights singleflight.Group
	gate, begun := make(chan struct{}), make(chan struct{}, 2)
	do := func(ctx context.Context) (any, error) {
		begun <- struct{}{}
		select {
		case <-gate:
			return "done", ctx.Err()
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	first, leave := context.WithCancel(t.Context())
	left := make(chan error, 1)
	go func() { _, err := cache.Once(first, &flights, "it", time.Minute, do); left <- err }()
	<-begun
	stayed := make(chan any, 1)
	go func() { v, _ := cache.Once(t.Context(), &flights, "it", time.Minute, do); stayed <- v }()
	leave()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("who left: got %v", err)
	}
	close(gate)
	if v := <-stayed; v != "done" {
		t.Errorf("who stayed: got %v", v)
	}
}

func TestWhatIsDoneOnceHasAnEnd(t *testing.T) {
	var flights singleflight.Group
	_, err := cache.Once(t.Context(), &flights, "it", time.Nanosecond, func(ctx context.Context) (any, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}
