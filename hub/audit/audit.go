// Package audit records what happened: who did what to whom, when, and why it
// was allowed or refused.
//
// One call per fact stores a row, writes a log line and notifies watchers.
// Events never contain secrets: no codes, states, tokens or passwords.
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
	Agent    string            `bson:"agent,omitempty"`  // the User-Agent of the browser, of what users do to their own account; not in the log
	Ref      string            `bson:"ref,omitempty"`    // the reference shown on error pages
	Why      texts.Text        `bson:",inline"`          // for the administrator, and for programs if the kind is not specific enough
	Reason   string            `bson:"reason,omitempty"` // the sentence that an earlier hub stored in place of Why
	Detail   map[string]string `bson:"detail,omitempty"`
	Changes  []Change          `bson:"changes,omitempty"` // of the record concerned
	Expires  time.Time         `bson:"expires"`           // of events that an earlier hub wrote; the settings now say how long all are kept
}

// Words is the reason as a sentence.
func (e Event) Words(words texts.Words) string { return e.Why.In(words, e.Reason) }

// A line is an event as one attribute of a log line.
type line struct {
	Event
	words texts.Words
}

// LogValue returns the event's log attributes.
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

// ExpiresAt is when the row may be deleted.
func (e Event) ExpiresAt() time.Time { return e.Expires }

// A Recorder records events.
type Recorder struct {
	Set *store.Collection[Event]
	Log *slog.Logger
	Now func() time.Time
	// Words are the sentences for the log; nil logs the codes.
	Words texts.Words

	// Watch, if set, is called with every event.
	Watch func(Event)
	// Hear, if set, is called with every event of a request and its context.
	Hear func(context.Context, Event)

	gate flood.Gate[string] // by kind
}

// Record stores the event and logs it. If storing fails, the event is logged
// together with the error, so that it is not lost. The request continues,
// because the change it reports has already happened.
//
// Events that strangers can cause (see boundOf) are written up to a limit per
// minute, and then only counted.
func (r *Recorder) Record(ctx context.Context, e Event) {
	e = r.complete(e)
	bound := boundOf(e.Kind)
	written := bound == none || r.admit(ctx, e)
	if written {
		r.write(ctx, slog.LevelInfo, e)
	}
	r.tell(ctx, e)
	if written || bound != rows {
		r.keep(lasting.Of(ctx), e) // the event happened even if the browser is gone
	}
}

// Steps records an act of several steps even if it failed half-way, because the
// steps before the failure stay done.
func (r *Recorder) Steps(ctx context.Context, e Event, err error) {
	if err != nil {
		e.Why = texts.Of(err)
		if e.Detail == nil {
			e.Detail = map[string]string{}
		}
		e.Detail["done"] = "no"
	}
	r.Record(ctx, e)
}

func (r *Recorder) keep(ctx context.Context, e Event) {
	if err := r.Set.Insert(ctx, e); err != nil {
		r.Log.ErrorContext(ctx, "could not store an audit event", "event", line{e, r.Words}, "error", err)
	}
}

// Note logs an event without storing a row. It is for events that strangers can
// cause any number of times, such as a refused request: they are written up to
// a limit per minute, and then only counted.
func (r *Recorder) Note(ctx context.Context, e Event) {
	e = r.complete(e)
	if r.admit(ctx, e) {
		r.write(ctx, slog.LevelInfo, e)
	}
	r.tell(ctx, e)
}

// Routine is Note for successful, frequent events that change nothing, such as
// an access token issued to a service. It is logged at debug level, and is free
// if that is off.
func (r *Recorder) Routine(ctx context.Context, e Event) {
	if r.Watch != nil || r.Log.Enabled(ctx, slog.LevelDebug) {
		e = r.complete(e)
		r.write(ctx, slog.LevelDebug, e)
		r.tell(ctx, e)
	} else if r.Hear != nil {
		r.Hear(ctx, e)
	}
}

// maxAgent is how much of a User-Agent is stored, in bytes.
const maxAgent = 300

// complete sets the time and id of the event.
func (r *Recorder) complete(e Event) Event {
	e.Agent = strings.ToValidUTF8(e.Agent[:min(len(e.Agent), maxAgent)], "")
	e.Time = r.Now()
	id, err := uuid.NewV7()
	if err != nil {
		id = uuid.New() // a wrong order is better than no event
	}
	e.ID = id.String()
	return e
}

func (r *Recorder) write(ctx context.Context, level slog.Level, e Event) {
	r.Log.Log(ctx, level, e.Kind, "event", line{e, r.Words})
}

// tell notifies the watchers.
func (r *Recorder) tell(ctx context.Context, e Event) {
	if r.Watch != nil {
		r.Watch(e)
	}
	if r.Hear != nil {
		r.Hear(ctx, e)
	}
}

// clearPage is how many events are read at once for deletion.
const clearPage = 200

// Clear deletes up to most events from before a time, the oldest first, and
// returns how many.
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

// ByRef returns the events of the requests with this reference, in time order.
func (r *Recorder) ByRef(ctx context.Context, ref string, limit int) ([]Event, error) {
	return r.Set.List(ctx, store.Query{Field: "ref", Equals: ref, Limit: limit})
}

// Latest returns the newest events, at most limit, before the event with the
// id before (empty: from now).
func (r *Recorder) Latest(ctx context.Context, before string, limit int) ([]Event, error) {
	return r.Set.List(ctx, store.Query{Desc: true, After: before, Limit: limit})
}

// Get returns one event; fs.ErrNotExist if there is none.
func (r *Recorder) Get(ctx context.Context, id string) (Event, error) {
	if !store.IsText(id) {
		return Event{}, fs.ErrNotExist
	}
	return r.Set.Get(ctx, id)
}

// About returns the newest events that a user did or that concerned them, at
// most limit, before the event with the id before (empty: from now). It reads
// at most twice that many, however long the log is.
func (r *Recorder) About(ctx context.Context, id, before string, limit int) ([]Event, error) {
	did, err := r.Set.List(ctx, store.Query{Field: "actor", Equals: id, Desc: true, After: before, Limit: limit})
	if err != nil {
		return nil, err
	}
	done, err := r.Set.List(ctx, store.Query{Field: "target", Equals: id, Desc: true, After: before, Limit: limit})
	if err != nil {
		return nil, err
	}
	all := slices.Concat(did, done)
	slices.SortFunc(all, func(a, b Event) int { return strings.Compare(b.ID, a.ID) })
	all = slices.CompactFunc(all, func(a, b Event) bool { return a.ID == b.ID }) // by the user to themselves
	return all[:min(limit, len(all))], nil
}
