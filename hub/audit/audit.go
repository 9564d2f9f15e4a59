// Package audit records what happened: who did what to whom, when, and why it
// was allowed or refused.
//
// One call per fact; the stored row, the log line and whoever watches follow
// from it. Events never carry secrets: no codes, states, tokens or passwords.
package audit

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/internal/flood"
	"github.com/fedhub/fedhub/internal/lasting"
	"github.com/fedhub/fedhub/internal/texts"
)

// An Event is one fact.
type Event struct {
	ID       string            `bson:"id"`
	Time     time.Time         `bson:"time"`
	Kind     string            `bson:"kind"` // for example "signin.ok"; the list is in kinds.go
	Actor    string            `bson:"actor,omitempty"`
	Target   string            `bson:"target,omitempty"`
	Client   string            `bson:"client,omitempty"`
	LoginKey string            `bson:"loginKey,omitempty"`
	IP       string            `bson:"ip,omitempty"`
	Ref      string            `bson:"ref,omitempty"`    // the reference shown on error pages
	Why      texts.Text        `bson:",inline"`          // for the administrator, and for the program where the kind does not say all
	Reason   string            `bson:"reason,omitempty"` // the sentence that an earlier hub stored in its place
	Detail   map[string]string `bson:"detail,omitempty"`
	Changes  []Change          `bson:"changes,omitempty"` // of the record that it is about
	Expires  time.Time         `bson:"expires"`           // of events that an earlier hub wrote; now the settings say how long all are kept
}

// Words is why it happened.
func (e Event) Words(words texts.Words) string { return e.Why.In(words, e.Reason) }

// A line is an event as one attribute of a log line.
type line struct {
	Event
	words texts.Words
}

// LogValue puts the event into the words of the log.
func (e line) LogValue() slog.Value {
	attrs := []slog.Attr{slog.String("kind", e.Kind)}
	for _, a := range [...][2]string{
		{"actor", e.Actor}, {"target", e.Target}, {"client", e.Client},
		{"key", e.LoginKey}, {"ip", e.IP}, {"ref", e.Ref}, {"reason", e.Words(e.words)},
	} {
		if a[1] != "" {
			attrs = append(attrs, slog.String(a[0], a[1]))
		}
	}
	for name, value := range e.Detail {
		attrs = append(attrs, slog.String(name, value))
	}
	for _, c := range e.Changes {
		attrs = append(attrs, slog.Group(c.Field, "before", c.Before, "after", c.After))
	}
	return slog.GroupValue(attrs...)
}

// Key names the record. Ids are UUIDv7, so their order is the order of time.
func (e Event) Key() string { return e.ID }

// ExpiresAt is when the row may go.
func (e Event) ExpiresAt() time.Time { return e.Expires }

// A Recorder writes events down.
type Recorder struct {
	Set *store.Collection[Event]
	Log *slog.Logger
	Now func() time.Time
	// Words are those of the log; nil: the codes stand for themselves.
	Words texts.Words

	// Watch, if set, is told of every event as it happens.
	Watch func(Event)
	// Hear, if set, is told of every event of a request, in its context.
	Hear func(context.Context, Event)

	gate flood.Gate[string] // by kind
}

// Record keeps the event and logs it. A row that cannot be stored is logged as
// an error together with the event, so the fact is not lost; the person's
// request goes on, for the change it reports has already happened.
//
// Of what strangers can cause, see boundOf, the first of a minute are written
// and the rest is counted.
func (r *Recorder) Record(ctx context.Context, e Event) {
	e = r.complete(e)
	bound := boundOf(e.Kind)
	written := bound == none || r.admit(ctx, e)
	if written {
		r.write(ctx, slog.LevelInfo, e)
	}
	r.tell(ctx, e)
	if written || bound != rows {
		r.keep(lasting.Of(ctx), e) // the fact is true even if the browser has gone away meanwhile
	}
}

func (r *Recorder) keep(ctx context.Context, e Event) {
	if err := r.Set.Insert(ctx, e); err != nil {
		r.Log.ErrorContext(ctx, "could not store an audit event", "event", line{e, r.Words}, "error", err)
	}
}

// Note logs a fact without storing a row. It is for what any stranger can
// cause as often as they like, such as a refused request: the first of a minute
// are written, and the rest is counted.
func (r *Recorder) Note(ctx context.Context, e Event) {
	e = r.complete(e)
	if r.admit(ctx, e) {
		r.write(ctx, slog.LevelInfo, e)
	}
	r.tell(ctx, e)
}

// Routine is Note for what goes well thousands of times a second and changes
// nothing, such as an access token issued to a service. It is logged at debug
// level, and costs nothing where nobody listens.
func (r *Recorder) Routine(ctx context.Context, e Event) {
	if r.Watch != nil || r.Log.Enabled(ctx, slog.LevelDebug) {
		e = r.complete(e)
		r.write(ctx, slog.LevelDebug, e)
		r.tell(ctx, e)
	} else if r.Hear != nil {
		r.Hear(ctx, e)
	}
}

// complete says when the event happened, and gives it a name.
func (r *Recorder) complete(e Event) Event {
	e.Time = r.Now()
	id, err := uuid.NewV7()
	if err != nil {
		id = uuid.New() // out of order is better than not at all
	}
	e.ID = id.String()
	return e
}

func (r *Recorder) write(ctx context.Context, level slog.Level, e Event) {
	r.Log.Log(ctx, level, e.Kind, "event", line{e, r.Words})
}

// tell tells whoever watches.
func (r *Recorder) tell(ctx context.Context, e Event) {
	if r.Watch != nil {
		r.Watch(e)
	}
	if r.Hear != nil {
		r.Hear(ctx, e)
	}
}

// clearPage is how many events are looked at at once to be deleted.
const clearPage = 200

// Clear deletes events from before a time, the oldest first and no more than
// most, and returns how many.
func (r *Recorder) Clear(ctx context.Context, before time.Time, most int) (n int, err error) {
	for n < most {
		page, err := r.Set.List(ctx, store.Query{Limit: min(clearPage, most-n)})
		if err != nil || len(page) == 0 {
			return n, err
		}
		for _, e := range page {
			if !e.Time.Before(before) {
				return n, nil
			}
			if err := r.Set.Delete(ctx, e.ID); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return n, err
			}
			n++
		}
	}
	return n, nil
}

// ByRef returns the events of the requests with this reference, in the order
// of time.
func (r *Recorder) ByRef(ctx context.Context, ref string, limit int) ([]Event, error) {
	return r.Set.List(ctx, store.Query{Field: "ref", Equals: ref, Limit: limit})
}

// Latest returns the newest events, at most limit, before the event with the
// id before (empty: from now).
func (r *Recorder) Latest(ctx context.Context, before string, limit int) ([]Event, error) {
	return r.Set.List(ctx, store.Query{Desc: true, After: before, Limit: limit})
}

// About returns the newest events that somebody did or that were done to them,
// at most limit.
func (r *Recorder) About(ctx context.Context, id string, limit int) ([]Event, error) {
	did, err := r.Set.List(ctx, store.Query{Field: "actor", Equals: id, Desc: true, Limit: limit})
	if err != nil {
		return nil, err
	}
	done, err := r.Set.List(ctx, store.Query{Field: "target", Equals: id, Desc: true, Limit: limit})
	if err != nil {
		return nil, err
	}
	all := slices.Concat(did, done)
	slices.SortFunc(all, func(a, b Event) int { return strings.Compare(b.ID, a.ID) })
	all = slices.CompactFunc(all, func(a, b Event) bool { return a.ID == b.ID }) // done to themselves
	return all[:min(limit, len(all))], nil
}
