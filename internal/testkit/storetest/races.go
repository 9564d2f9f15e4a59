package storetest

import (
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/store"
)

const (
	racers = 32
	rounds = 12
)

// together runs n callers that start at the same time.
func together(t *testing.T, n int, caller func(i int)) {
	t.Helper()
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		all.Go(func() { <-start; caller(i) })
	}
	close(start)
	all.Wait()
}

// oneWinner runs a step in parallel and expects one success and the given error
// from all others.
func oneWinner(t *testing.T, what string, loss error, step func(i int) error) {
	t.Helper()
	var winners atomic.Int64
	together(t, racers, func(i int) {
		switch err := step(i); {
		case err == nil:
			winners.Add(1)
		case !errors.Is(err, loss):
			t.Errorf("%s: got error %v, want %v", what, err, loss)
		}
	})
	want(t, what+": winners", winners.Load(), 1)
}

func raceInsert(t *testing.T, database Database) {
	d := newDesk(t, database)
	for round := range rounds {
		id := fmt.Sprint(round)
		oneWinner(t, "insert", fs.ErrExist, func(i int) error {
			return d.notes.Insert(t.Context(), note{ID: id, Count: int64(i)})
		})
	}
}

func raceUnique(t *testing.T, database Database) {
	d := newDesk(t, database)
	for round := range rounds {
		slug := fmt.Sprint("s", round)
		oneWinner(t, "insert", fs.ErrExist, func(i int) error {
			return d.notes.Insert(t.Context(), note{ID: fmt.Sprint(round, "-", i), Slug: slug})
		})
		found, err := d.notes.Find(t.Context(), store.Query{Field: "slug", Equals: slug})
		must(t, err)
		want(t, "records with the slug", len(found), 1)
	}
}

func raceTake(t *testing.T, database Database) {
	d := newDesk(t, database)
	for round := range rounds {
		id := fmt.Sprint(round)
		d.insert(t, note{ID: id, Text: "prize"})
		oneWinner(t, "take", fs.ErrNotExist, func(int) error {
			got, err := d.notes.Take(t.Context(), id)
			if err == nil && got.Text != "prize" {
				t.Errorf("took %+v", got)
			}
			return err
		})
	}
}

func raceReplace(t *testing.T, database Database) {
	d := newDesk(t, database)
	d.insert(t, note{ID: "a"})
	inserted, err := d.Get(t.Context(), "notes", "a")
	must(t, err)
	for round := range rounds {
		r, err := d.Get(t.Context(), "notes", "a")
		must(t, err)
		want(t, "version", r.Version, inserted.Version+int64(round))
		oneWinner(t, "replace", store.ErrLost, func(int) error { return d.Replace(t.Context(), "notes", r) })
	}
}

func raceDisplace(t *testing.T, database Database) {
	d := newDesk(t, database)
	for round := range rounds {
		id := fmt.Sprint(round)
		d.insert(t, note{ID: id, Ends: d.clock.now().Add(time.Minute)})
		d.clock.advance(time.Minute)
		oneWinner(t, "insert", fs.ErrExist, func(i int) error {
			return d.notes.Insert(t.Context(), note{ID: id, Ends: d.clock.now().Add(time.Hour)})
		})
	}
}

func raceCounter(t *testing.T, database Database) {
	open := database(t)
	a, b := openDesk(t, open), openDesk(t, open) // as two processes do
	a.insert(t, note{ID: "counter"})
	const raises = 5
	together(t, racers, func(i int) {
		notes := a.notes
		if i%2 == 1 {
			notes = b.notes
		}
		for range raises {
			err := notes.Update(t.Context(), "counter", func(n *note) error { n.Count++; return nil })
			if err != nil {
				t.Errorf("raise: %v", err)
			}
		}
	})

	got, err := a.notes.Get(t.Context(), "counter")
	must(t, err)
	want(t, "count", got.Count, racers*raises)
}
