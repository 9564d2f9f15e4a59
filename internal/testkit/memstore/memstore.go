// Package memstore stores records in memory, for tests of services that take
// their store as an interface. Records are encoded as BSON, so that the tags are
// tested too.
package memstore

import (
	"context"
	"io/fs"
	"iter"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// A Record knows its id.
type Record interface{ Key() string }

// A Memory stores records of one type. It counts reads and writes, and can fail
// on demand.
type Memory[T Record] struct {
	mu            sync.Mutex
	docs          map[string]bson.Raw
	reads, writes int
	failing       error
}

// New returns an empty memory.
func New[T Record]() *Memory[T] { return &Memory[T]{docs: map[string]bson.Raw{}} }

// Get returns a record, or fs.ErrNotExist.
func (m *Memory[T]) Get(_ context.Context, id string) (T, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.reads++
	return m.get(id)
}

func (m *Memory[T]) get(id string) (record T, err error) {
	if m.failing != nil {
		return record, m.failing
	}
	doc, found := m.docs[id]
	if !found {
		return record, fs.ErrNotExist
	}
	return record, bson.Unmarshal(doc, &record)
}

func (m *Memory[T]) put(record T) error {
	if m.failing != nil {
		return m.failing
	}
	doc, err := bson.Marshal(record)
	m.docs[record.Key()] = doc
	m.writes++
	return err
}

// Insert stores a new record, or returns fs.ErrExist.
func (m *Memory[T]) Insert(_ context.Context, record T) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, found := m.docs[record.Key()]; found {
		return fs.ErrExist
	}
	return m.put(record)
}

// Update changes a record.
func (m *Memory[T]) Update(_ context.Context, id string, change func(*T) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	record, err := m.get(id)
	if err != nil {
		return err
	}
	if err := change(&record); err != nil {
		return err
	}
	return m.put(record)
}

// Delete removes a record.
func (m *Memory[T]) Delete(_ context.Context, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, found := m.docs[id]; !found {
		return fs.ErrNotExist
	}
	delete(m.docs, id)
	return m.failing
}

// EachWhere visits the records with this value in a field, ordered by id; all if
// field is empty.
func (m *Memory[T]) EachWhere(ctx context.Context, field, value string) iter.Seq2[T, error] {
	return visit(m.Page(ctx, field, value, "", math.MaxInt))
}

// Page returns up to limit of them after the id after.
func (m *Memory[T]) Page(_ context.Context, field, value, after string, limit int) ([]T, error) {
	page, err := m.those(func(id string, doc bson.Raw) bool {
		return id > after && (field == "" || text(doc, field) == value)
	})
	return page[:min(limit, len(page))], err
}

// CountWhere counts them up to most; with an empty value it counts those that
// have the field.
func (m *Memory[T]) CountWhere(_ context.Context, field, value string, most int) (int, error) {
	found, err := m.those(func(_ string, doc bson.Raw) bool {
		got := text(doc, field)
		return field == "" || got != "" && (value == "" || got == value)
	})
	return min(len(found), most), err
}

// Since visits the records with a time of at least from in a field, the earliest
// first.
func (m *Memory[T]) Since(_ context.Context, field string, from time.Time) iter.Seq2[T, error] {
	m.mu.Lock()
	at := map[string]time.Time{}
	for id, doc := range m.docs {
		if when, ok := doc.Lookup(strings.Split(field, ".")...).TimeOK(); ok && !when.IsZero() && !when.Before(from) {
			at[id] = when
		}
	}
	m.mu.Unlock()
	found, err := m.those(func(id string, _ bson.Raw) bool { _, ok := at[id]; return ok })
	slices.SortStableFunc(found, func(a, b T) int { return at[a.Key()].Compare(at[b.Key()]) })
	return visit(found, err)
}

// those are the matching records, ordered by id.
func (m *Memory[T]) those(wanted func(id string, doc bson.Raw) bool) (found []T, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(m.docs)) {
		if !wanted(id, m.docs[id]) {
			continue
		}
		record, err := m.get(id)
		if err != nil {
			return nil, err
		}
		found = append(found, record)
	}
	return found, nil
}

func text(doc bson.Raw, field string) string {
	value, _ := doc.Lookup(strings.Split(field, ".")...).StringValueOK()
	return value
}

func visit[T any](all []T, err error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, record := range all {
			if !yield(record, nil) {
				return
			}
		}
		if err != nil {
			var none T
			yield(none, err)
		}
	}
}

// Listed collects the visited records in a list.
func Listed[T any](visit iter.Seq2[T, error]) (all []T, err error) {
	for record, err := range visit {
		if err != nil {
			return nil, err
		}
		all = append(all, record)
	}
	return all, nil
}

// Counts are the reads of single records and the writes so far.
func (m *Memory[T]) Counts() (reads, writes int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.reads, m.writes
}

// Fail makes all later calls return err; nil ends that.
func (m *Memory[T]) Fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.failing = err
}

// Stored is the stored record.
func (m *Memory[T]) Stored(id string) bson.Raw {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.docs[id])
}
