package hubtest

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/store"
)

func (w *World) PlayedBy(t *testing.T) { w.TB = t }

// A ledger has the events of one world since it was opened.
type ledger struct {
	w      *World
	mu     sync.Mutex
	events []written
}

// written is one event and the lines of code that recorded it, innermost first.
type written struct {
	audit.Event
	lines []runtime.Frame
}

// witness gets every event of the world's hub.
func (w *World) witness(e audit.Event) {
	l := w.written.Load()
	if l == nil {
		return
	}
	var pcs [24]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	var lines []runtime.Frame
	for {
		frame, more := frames.Next()
		lines = append(lines, frame)
		if !more {
			break
		}
	}
	l.mu.Lock()
	l.events = append(l.events, written{e, lines})
	l.mu.Unlock()
}

// Ledger opens a new ledger: all later events must be expected.
func (w *World) Ledger() *ledger {
	l := &ledger{w: w}
	w.written.Store(l)
	return l
}

// Await waits until an event is stored that the hub records in the background.
func (l *ledger) Await(t *testing.T, kind string) {
	t.Helper()
	limit := time.NewTimer(20 * time.Second)
	defer limit.Stop()
	for {
		kept := l.kept(t)
		l.mu.Lock()
		found := slices.ContainsFunc(l.events, func(e written) bool { return e.Kind == kind && kept[e.ID].Kind == kind })
		l.mu.Unlock()
		if found {
			return
		}
		select {
		case <-limit.C:
			t.Fatalf("after 20 seconds there is no event %s", kind)
		default:
		}
	}
}

// kept tells which events are stored.
func (l *ledger) kept(t *testing.T) map[string]audit.Event {
	t.Helper()
	records, err := l.w.Backend.Find(context.Background(), "audit", store.Query{Now: time.Unix(0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]audit.Event{}
	for _, r := range records {
		var e audit.Event
		if err := bson.Unmarshal(r.Doc, &e); err != nil {
			t.Fatal(err)
		}
		out[r.ID] = e
	}
	return out
}

// Heard are the events of one kind, stored or not.
func (l *ledger) Heard(kind string) []audit.Event {
	l.mu.Lock()
	defer l.mu.Unlock()
	var heard []audit.Event
	for _, e := range l.events {
		if e.Kind == kind {
			heard = append(heard, e.Event)
		}
	}
	return heard
}

// ByRequest adds the request's address and a reference to expected events.
func ByRequest(events ...audit.Event) []audit.Event {
	for i := range events {
		events[i].IP, events[i].Ref = "127.0.0.1", "some"
	}
	return events
}

// Stored checks that exactly these events were stored since the ledger was
// opened. A reason may be a part of the stored one, or empty; a star stands for
// any code.
func (l *ledger) Stored(t *testing.T, events ...audit.Event) {
	t.Helper()
	l.compare(t, "stored", true, events)
}

// Noted checks that exactly these events were logged and not stored.
func (l *ledger) Noted(t *testing.T, events ...audit.Event) {
	t.Helper()
	l.compare(t, "noted", false, events)
}

// Holds is Stored for acts that cause sign-out deliveries in the background:
// further events of deliveries are allowed.
func (l *ledger) Holds(t *testing.T, events ...audit.Event) {
	t.Helper()
	l.mu.Lock()
	own := []string{audit.LogoutTold, audit.LogoutFailed}
	l.events = slices.DeleteFunc(l.events, func(e written) bool {
		return slices.Contains(own, e.Kind) && !slices.ContainsFunc(events, func(must audit.Event) bool { return is(e.Event, must) })
	})
	l.mu.Unlock()
	l.Stored(t, events...)
}

// Record reads the only record of a set.
func (w *World) Record(t *testing.T, set string) (id string, fields bson.M) {
	t.Helper()
	all, err := w.Backend.Find(context.Background(), set, store.Query{Now: time.Unix(0, 0)})
	Done(t, err)
	if len(all) != 1 {
		t.Fatalf("there are %d records in the set %s", len(all), set)
	}
	Done(t, bson.Unmarshal(all[0].Doc, &fields))
	return all[0].ID, fields
}

func (l *ledger) compare(t *testing.T, what string, stored bool, events []audit.Event) {
	t.Helper()
	kept := l.kept(t)
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.events {
		record, found := kept[e.ID]
		if found != stored {
			continue
		}
		if found && told(record) != told(e.Event) {
			t.Errorf("the record says\n\t%s\nand the log\n\t%s", told(record), told(e.Event))
		}
		i := slices.IndexFunc(events, func(must audit.Event) bool { return is(e.Event, must) })
		if i < 0 {
			t.Errorf("%s, and should not be:\n\t%s", what, told(e.Event))
			continue
		}
		events = slices.Delete(slices.Clone(events), i, i+1)
		Reached.add(e)
	}
	for _, must := range events {
		t.Errorf("not %s:\n\t%s", what, told(must))
	}
}

// is compares an event with the expected one.
func is(e, must audit.Event) bool {
	if must.Ref != "" && e.Ref != "" {
		must.Ref = e.Ref
	}
	if must.Why.Code == "*" && e.Why.Code != "" {
		must.Why.Code = e.Why.Code
	}
	if contains(e.Why.Args, must.Why.Args) {
		must.Why.Args = e.Why.Args
	}
	for name, value := range must.Detail {
		if value == "*" && e.Detail[name] != "" {
			must.Detail = maps.Clone(must.Detail)
			must.Detail[name] = e.Detail[name]
		}
	}
	return told(e) == told(must)
}

// contains checks that each argument contains the expected text.
func contains(args, must map[string]string) bool {
	for name, part := range must {
		if !strings.Contains(args[name], part) {
			return false
		}
	}
	return true
}

func told(e audit.Event) string {
	return fmt.Sprintf("%s actor=%q target=%q client=%q key=%q ip=%q ref=%q why=%v reason=%q %v",
		e.Kind, e.Actor, e.Target, e.Client, e.LoginKey, e.IP, e.Ref, e.Why, e.Reason, e.Detail)
}
