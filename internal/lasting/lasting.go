// Package lasting provides contexts for work that must finish after its caller
// has gone or its time is over, such as undoing a change or storing an audit
// event. The extra time is short.
package lasting

import (
	"context"
	"time"
)

// Limit is the extra time.
const Limit = 2 * time.Second

type endKey struct{}

// Before sets when all work of a request must be finished, its lasting work
// included.
func Before(ctx context.Context, end time.Time) context.Context {
	return context.WithValue(ctx, endKey{}, end)
}

// ToDeadline returns a context that ends at ctx's deadline, but not when ctx is
// cancelled. It is for long work that must not stop half-way; use Of for
// storing its result.
func ToDeadline(ctx context.Context) context.Context {
	until, ok := ctx.Deadline()
	if !ok {
		return context.WithoutCancel(ctx)
	}
	ctx, release := context.WithDeadline(context.WithoutCancel(ctx), until)
	context.AfterFunc(ctx, release)
	return ctx
}

// Of returns a context for work after ctx has ended: for Limit, and in a
// request at most until its end. It releases its resources itself, so there is
// no cancel function.
func Of(ctx context.Context) context.Context {
	until := time.Now().Add(Limit)
	if end, ok := ctx.Value(endKey{}).(time.Time); ok && end.Before(until) {
		until = end
	}
	ctx, release := context.WithDeadline(context.WithoutCancel(ctx), until)
	context.AfterFunc(ctx, release)
	return ctx
}
