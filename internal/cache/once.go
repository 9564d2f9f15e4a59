package cache

import (
	"context"
	"time"

	"golang.org/x/sync/singleflight"
)

// Once does a thing for all who want it at the same time, and keeps nothing. It
// goes on when whoever began it has left, up to the limit; nobody waits longer
// than they may.
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
