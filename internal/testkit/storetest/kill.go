package storetest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/store"
)

// A Victim is a database that can be killed while it works.
type Victim struct {
	// Start starts Write and returns a reader of its acknowledgements. The reader
	// ends some time after Kill. The round number separates the ids of the
	// rounds.
	Start func(t *testing.T, round int) io.Reader
	// Kill ends the database as kill -9 does.
	Kill func(t *testing.T)
	// Open opens the same files or server, without a repair step.
	Open func(t *testing.T) store.Backend
}

// Kill kills a database during writes several times, and checks that all
// acknowledged writes are there and that it works again.
func Kill(t *testing.T, v Victim) {
	var before []ledger
	for round := range 4 {
		l := ledger{}
		enough := 100 * (round + 1)
		killed := false
		lines := bufio.NewScanner(v.Start(t, round))
		for n := 0; lines.Scan(); n++ {
			l.note(t, lines.Text())
			if n == enough {
				v.Kill(t)
				killed = true
			}
		}
		if !killed {
			t.Fatalf("the writers stopped by themselves: %v", lines.Err())
		}
		before = append(before, l)
		d := openDesk(t, v.Open)
		for _, l := range before {
			l.check(t, d)
		}
		d.insert(t, note{ID: fmt.Sprint("works again ", round), Slug: fmt.Sprint("again", round)})
		must(t, d.Close(background()))
	}
}

// Write writes from several goroutines until b fails or ctx ends, and writes each
// acknowledgement of b to w as a line. A line is complete or absent.
func Write(ctx context.Context, b store.Backend, w io.Writer, round int) error {
	if err := b.Prepare(ctx, specs()); err != nil {
		return err
	}
	notes := store.NewCollection[note](b, "notes", time.Now)
	var mu sync.Mutex
	say := func(verb, id string, count int64) error {
		mu.Lock()
		defer mu.Unlock()
		_, err := fmt.Fprintf(w, "%s %s %d\n", verb, id, count)
		return err
	}
	const writers = 8
	failures := make(chan error, writers)
	for i := range writers {
		go func() {
			for n := 0; ; n++ {
				if err := writeOne(ctx, notes, fmt.Sprintf("r%d-w%d-%d", round, i, n), n%2 == 0, say); err != nil {
					failures <- err
					return
				}
			}
		}()
	}
	var first error
	for range writers {
		if err := <-failures; first == nil {
			first = err
		}
	}
	return first
}

// writeOne writes one record, updates it twice and may take it. It prints
// "taking" before the take, because a take that was running at the end may or may
// not have happened.
func writeOne(ctx context.Context, notes *store.Collection[note], id string, take bool, say func(verb, id string, count int64) error) error {
	if err := notes.Insert(ctx, note{ID: id, Slug: "slug-" + id, Count: 1}); err != nil {
		return err
	}
	if err := say("has", id, 1); err != nil {
		return err
	}
	for count := int64(2); count <= 3; count++ {
		err := notes.Update(ctx, id, func(n *note) error { n.Count = count; return nil })
		if err != nil {
			return err
		}
		if err := say("has", id, count); err != nil {
			return err
		}
	}
	if !take {
		return nil
	}
	if err := say("taking", id, 3); err != nil {
		return err
	}
	if _, err := notes.Take(ctx, id); err != nil {
		return err
	}
	return say("took", id, 3)
}

// A ledger has the last acknowledgement for every record.
type ledger map[string]entry

type entry struct {
	verb  string
	count int64
}

func (l ledger) note(t *testing.T, line string) {
	t.Helper()
	f := strings.Fields(line)
	if len(f) != 3 {
		return // an incomplete last line is no acknowledgement
	}
	count, err := strconv.ParseInt(f[2], 10, 64)
	if err != nil {
		t.Fatalf("the writers said %q", line)
	}
	l[f[1]] = entry{f[0], count}
}

// check compares the database with the ledger. Each record may be one step ahead
// of its acknowledgement, never behind it.
func (l ledger) check(t *testing.T, d desk) {
	t.Helper()
	all, err := d.notes.All(t.Context())
	must(t, err)
	counts := map[string]int64{}
	for _, n := range all {
		counts[n.ID] = n.Count
		if n.Slug == "" || n.Slug != "slug-"+n.ID && !strings.HasPrefix(n.ID, "works again") {
			t.Errorf("%s: its slug became %q", n.ID, n.Slug)
		}
	}
	for id, e := range l {
		count, there := counts[id]
		switch {
		case e.verb == "took" && there:
			t.Errorf("%s was taken and is back", id)
		case e.verb == "has" && !there:
			t.Errorf("%s with count %d is lost", id, e.count)
		case there && (count < e.count || count > e.count+1):
			t.Errorf("%s: got count %d, acknowledged %d", id, count, e.count)
		}
	}
}
