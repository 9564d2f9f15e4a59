package userstest

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fedhub/fedhub/hub/store"
)

// A Memory is a store.Backend in a map, with a hook before each operation.
type Memory struct {
	mu    sync.Mutex
	specs map[string]store.CollectionSpec
	sets  map[string]map[string]store.Record

	// Before, if set, runs before every operation. It may run other operations or
	// make this one fail.
	Before func(op, set, id string) error
}

// NewMemory returns an empty memory.
func NewMemory() *Memory {
	return &Memory{specs: map[string]store.CollectionSpec{}, sets: map[string]map[string]store.Record{}}
}

// Prepare starts with empty sets.
func (m *Memory) Prepare(_ context.Context, sets []store.CollectionSpec) error {
	for _, s := range sets {
		m.specs[s.Name] = s
		m.sets[s.Name] = map[string]store.Record{}
	}
	return nil
}

func (m *Memory) enter(op, set, id string) (func(), error) {
	if m.Before != nil {
		if err := m.Before(op, set, id); err != nil {
			return nil, err
		}
	}
	m.mu.Lock()
	return m.mu.Unlock, nil
}

func text(r store.Record, field string) string {
	if field == "" {
		return r.ID
	}
	s, _ := r.Doc.Lookup(field).StringValueOK()
	return s
}

func (m *Memory) taken(set string, r store.Record) bool {
	for _, field := range m.specs[set].Unique {
		for id, other := range m.sets[set] {
			if v := text(r, field); v != "" && id != r.ID && v == text(other, field) {
				return true
			}
		}
	}
	return false
}

// Insert stores a new record.
func (m *Memory) Insert(_ context.Context, set string, r store.Record) error {
	leave, err := m.enter("insert", set, r.ID)
	if err != nil {
		return err
	}
	defer leave()
	if _, found := m.sets[set][r.ID]; found || m.taken(set, r) {
		return fs.ErrExist
	}
	r.Version = 1
	m.sets[set][r.ID] = r
	return nil
}

// Get returns one record.
func (m *Memory) Get(_ context.Context, set, id string) (store.Record, error) {
	leave, err := m.enter("get", set, id)
	if err != nil {
		return store.Record{}, err
	}
	defer leave()
	r, found := m.sets[set][id]
	if !found {
		return r, fs.ErrNotExist
	}
	return r, nil
}

// Replace replaces the version of a record that was read.
func (m *Memory) Replace(_ context.Context, set string, r store.Record) error {
	leave, err := m.enter("replace", set, r.ID)
	if err != nil {
		return err
	}
	defer leave()
	old, found := m.sets[set][r.ID]
	if !found {
		return fs.ErrNotExist
	}
	if old.Version != r.Version {
		return store.ErrLost
	}
	if m.taken(set, r) {
		return fs.ErrExist
	}
	r.Version++
	m.sets[set][r.ID] = r
	return nil
}

// Take deletes a record and returns it.
func (m *Memory) Take(_ context.Context, set, id string) (store.Record, error) {
	leave, err := m.enter("take", set, id)
	if err != nil {
		return store.Record{}, err
	}
	defer leave()
	r, found := m.sets[set][id]
	if !found {
		return r, fs.ErrNotExist
	}
	delete(m.sets[set], id)
	return r, nil
}

// Delete deletes a record.
func (m *Memory) Delete(ctx context.Context, set, id string) error {
	_, err := m.Take(ctx, set, id)
	return err
}

// Find searches by prefix, or by one value of an index.
func (m *Memory) Find(_ context.Context, set string, q store.Query) ([]store.Record, error) {
	leave, err := m.enter("find", set, q.Equals)
	if err != nil {
		return nil, err
	}
	defer leave()
	spec := m.specs[set]
	if q.Field != "" && !slices.Contains(spec.Unique, q.Field) && !slices.Contains(spec.Index, q.Field) {
		return nil, fmt.Errorf("%s is not an index of %s", q.Field, set)
	}
	order := q.Field
	if q.Equals != "" {
		order = ""
	}
	var out []store.Record
	for _, r := range m.sets[set] {
		v := text(r, q.Field)
		switch {
		case q.Field != "" && v == "", q.Equals != "" && v != q.Equals, !strings.HasPrefix(v, q.Prefix):
		case q.AfterValue != nil && v <= q.AfterValue.(string):
		case q.AfterValue == nil && q.After != "" && (!q.Desc && r.ID <= q.After || q.Desc && r.ID >= q.After):
		case !r.Expires.IsZero() && !q.Now.Before(r.Expires):
		default:
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b store.Record) int { return strings.Compare(text(a, order), text(b, order)) })
	if q.Desc {
		slices.Reverse(out)
	}
	if q.Limit > 0 && len(out) > q.Limit {
		out = out[:q.Limit]
	}
	return out, nil
}

// Count counts the results of Find.
func (m *Memory) Count(ctx context.Context, set string, q store.Query) (int, error) {
	found, err := m.Find(ctx, set, q)
	return len(found), err
}

// Declare adds the missing sets.
func (m *Memory) Declare(_ context.Context, sets []store.CollectionSpec, _ int) error {
	for _, s := range sets {
		if m.specs[s.Name] = s; m.sets[s.Name] == nil {
			m.sets[s.Name] = map[string]store.Record{}
		}
	}
	return nil
}

// Raise does nothing.
func (m *Memory) Raise(context.Context, int) error { return nil }

// Sweep does nothing: expired records are not found.
func (m *Memory) Sweep(context.Context, time.Time) (int, error) { return 0, nil }

// Close does nothing.
func (m *Memory) Close(context.Context) error { return nil }

// String is the complete content.
func (m *Memory) String() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all strings.Builder
	for _, set := range m.sets {
		for id, r := range set {
			all.WriteString(id + r.Doc.String())
		}
	}
	return all.String()
}
