package hub_test

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

// An act is something done to a hub, by its name, together with all that the
// audit must say about it afterwards.
type act[S stage] struct {
	name string
	do   func(t *testing.T, s S)
}

// topics are the tables of acts. Each has a stage of its own on which its acts
// are played one after another; none of them needs another one.
var topics = []struct {
	name string
	play func(t *testing.T) (acts int)
}{
	{"commands", on(newCommands, commandActs)},
	{"imports", on(newCommands, importActs)},
	{"apps", on(newOffice, appActs)},
	{"people", on(newOffice, peopleActs)},
	{"keys and hubs", on(newOffice, keyActs)},
	{"settings", on(newOffice, settingActs)},
	{"sites", on(alone, siteActs)},
	{"account", on(newMailing, accountActs)},
	{"sign-in", on(newMailing, signInActs)},
	{"upstream", on(alone, upstreamActs)},
	{"linking", on(alone, linkingActs)},
	{"ties", on(alone, tieActs)},
	{"token", on(newCounter, tokenActs)},
	{"registration", on(alone, registrationActs)},
	{"between hubs", on(alone, hubActs)},
	{"sign-out", on(alone, signOutActs)},
}

// A stage is what the acts of one table share.
type stage interface{ playedBy(t *testing.T) }

func (w *world) playedBy(t *testing.T) { w.TB = t }

// on plays the acts of a table on one stage, and returns how many were left
// out.
func on[S stage](set func(*testing.T) S, acts []act[S]) func(*testing.T) int {
	return func(t *testing.T) int {
		s, left := set(t), len(acts)
		for _, a := range acts {
			t.Run(a.name, func(t *testing.T) {
				left--
				s.playedBy(t)
				a.do(t, s)
			})
		}
		return left
	}
}

// bare is the stage of acts that set up worlds of their own.
type bare struct{}

func (bare) playedBy(*testing.T) {}

func alone(t *testing.T) bare {
	t.Parallel()
	return bare{}
}

// Whatever is worth a record leaves exactly the records it should: who did it,
// to whom, through what, and how it ended. The table reaches every place in the
// code that records something, so none of them can be lost unnoticed.
func TestEveryActIsOnRecord(t *testing.T) {
	var mu sync.Mutex
	var left int
	t.Run("acts", func(t *testing.T) {
		for _, topic := range topics {
			left++
			t.Run(topic.name, func(t *testing.T) {
				missed := topic.play(t)
				mu.Lock()
				defer mu.Unlock()
				left += missed - 1
			})
		}
	})
	if left > 0 || t.Failed() {
		return // part of the table was asked for, or it has more to say
	}
	reached.check(t)
}

// A ledger is what one world recorded since it was opened.
type ledger struct {
	w      *world
	mu     sync.Mutex
	events []written
}

// written is one event and the lines of code it came from, innermost first.
type written struct {
	audit.Event
	lines []runtime.Frame
}

// witness hears every event of the world's hub.
func (w *world) witness(e audit.Event) {
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

// ledger opens a new one: what is done from now on must be accounted for.
func (w *world) ledger() *ledger {
	l := &ledger{w: w}
	w.written.Store(l)
	return l
}

// await waits until an event is stored that the hub writes beside its answers.
func (l *ledger) await(t *testing.T, kind string) {
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

// kept tells which of the events are stored.
func (l *ledger) kept(t *testing.T) map[string]audit.Event {
	t.Helper()
	records, err := l.w.backend.Find(context.Background(), "audit", store.Query{Now: time.Unix(0, 0)})
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

// byRequest says that these events tell where the request came from, and its
// reference.
func byRequest(events ...audit.Event) []audit.Event {
	for i := range events {
		events[i].IP, events[i].Ref = "127.0.0.1", "some"
	}
	return events
}

// stored checks that these events, and no others, were stored since the ledger
// was opened. Of a reason the events name a
// part; a star is any.
func (l *ledger) stored(t *testing.T, events ...audit.Event) {
	t.Helper()
	l.compare(t, "stored", true, events)
}

// noted checks that these events, and no others, were logged and not stored.
func (l *ledger) noted(t *testing.T, events ...audit.Event) {
	t.Helper()
	l.compare(t, "noted", false, events)
}

// holds is stored where the hub goes on writing beside its answers: the other
// events are those of its own work.
func (l *ledger) holds(t *testing.T, events ...audit.Event) {
	t.Helper()
	l.mu.Lock()
	own := []string{audit.LogoutTold, audit.LogoutFailed}
	l.events = slices.DeleteFunc(l.events, func(e written) bool {
		return slices.Contains(own, e.Kind) && !slices.ContainsFunc(events, func(must audit.Event) bool { return is(e.Event, must) })
	})
	l.mu.Unlock()
	l.stored(t, events...)
}

// record reads the only record of a set.
func (w *world) record(t *testing.T, set string) (id string, fields bson.M) {
	t.Helper()
	all, err := w.backend.Find(context.Background(), set, store.Query{Now: time.Unix(0, 0)})
	done(t, err)
	if len(all) != 1 {
		t.Fatalf("there are %d records in the set %s", len(all), set)
	}
	done(t, bson.Unmarshal(all[0].Doc, &fields))
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
		reached.add(e)
	}
	for _, must := range events {
		t.Errorf("not %s:\n\t%s", what, told(must))
	}
}

// is compares an event with what it must be.
func is(e, must audit.Event) bool {
	if must.Ref != "" && e.Ref != "" {
		must.Ref = e.Ref
	}
	if must.Reason == "*" && e.Reason != "" || must.Reason != "" && strings.Contains(e.Reason, must.Reason) {
		must.Reason = e.Reason
	}
	for name, value := range must.Detail {
		if value == "*" && e.Detail[name] != "" {
			must.Detail = maps.Clone(must.Detail)
			must.Detail[name] = e.Detail[name]
		}
	}
	return told(e) == told(must)
}

func told(e audit.Event) string {
	return fmt.Sprintf("%s actor=%q target=%q client=%q key=%q ip=%q ref=%q reason=%q %v",
		e.Kind, e.Actor, e.Target, e.Client, e.LoginKey, e.IP, e.Ref, e.Reason, e.Detail)
}
