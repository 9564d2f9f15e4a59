package cache

import (
	"context"
	"time"

	"golang.org/x/sync/singleflight"
)

// Once runs a task once for concurrent callers, and caches nothing. It
// continues when its first caller has gone, up to the limit. Each caller waits
// at most until its own deadline.
func Once(ctx context.Context, flights *singleflight.Group, what string, limit time.Duration, do func(context.Context) (any, error)) (any, error) {
	flight := flights.DoChan(what, func() (any, error) {
		ctx, done := context.WithTimeout(context.WithoutCancel(ctx), limit)
		defer done()
		return do(ctx)
	})
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case landed := <-flight:
		return landed.Val, landed.Err
	}
}
