// Package lasting is for what must be finished although whoever asked for it
// has gone, or has waited as long as they may: taking something back, putting
// something on record. It goes on for a moment, and no longer.
package lasting

import (
	"context"
	"time"
)

// Limit is how long work goes on that nobody waits for.
const Limit = 2 * time.Second

type endKey struct{}

// Before says when all that comes of a request must be over, its lasting work
// included, so that the request is answered by then.
func Before(ctx context.Context, end time.Time) context.Context {
	return context.WithValue(ctx, endKey{}, end)
}

// ToDeadline returns a context that ends when the time of ctx is up, and not
// before because somebody left. It is for long work that cannot be left
// half-way; what is put on record of it has Of.
func ToDeadline(ctx context.Context) context.Context {
	until, ok := ctx.Deadline()
	if !ok {
		return context.WithoutCancel(ctx)
	}
	ctx, release := context.WithDeadline(context.WithoutCancel(ctx), until)
	context.AfterFunc(ctx, release)
	return ctx
}

// Of returns a context for work that goes on when ctx has ended: for Limit, and
// in a request until its end at most. What it holds goes by itself, so there is
// nothing to cancel.
func Of(ctx context.Context) context.Context {
	until := time.Now().Add(Limit)
	if end, ok := ctx.Value(endKey{}).(time.Time); ok && end.Before(until) {
		until = end
	}
	ctx, release := context.WithDeadline(context.WithoutCancel(ctx), until)
	context.AfterFunc(ctx, release)
	return ctx
}
