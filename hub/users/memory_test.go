package users_test

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

// memory is a store.Backend in a map, with a place to interrupt it.
type memory struct {
	mu    sync.Mutex
	specs map[string]store.CollectionSpec
	sets  map[string]map[string]store.Record

	// before, if set, is called ahead of every operation and may run others
	// or fail this one.
	before func(op, set, id string) error
}

func newMemory() *memory {
	return &memory{specs: map[string]store.CollectionSpec{}, sets: map[string]map[string]store.Record{}}
}

func (m *memory) Prepare(_ context.Context, sets []store.CollectionSpec) error {
	for _, s := range sets {
		m.specs[s.Name] = s
		m.sets[s.Name] = map[string]store.Record{}
	}
	return nil
}

func (m *memory) enter(op, set, id string) (func(), error) {
	if m.before != nil {
		if err := m.before(op, set, id); err != nil {
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

func (m *memory) taken(set string, r store.Record) bool {
	for _, field := range m.specs[set].Unique {
		for id, other := range m.sets[set] {
			if v := text(r, field); v != "" && id != r.ID && v == text(other, field) {
				return true
			}
		}
	}
	return false
}

func (m *memory) Insert(_ context.Context, set string, r store.Record) error {
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

func (m *memory) Get(_ context.Context, set, id string) (store.Record, error) {
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

func (m *memory) Replace(_ context.Context, set string, r store.Record) error {
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

func (m *memory) Take(_ context.Context, set, id string) (store.Record, error) {
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

func (m *memory) Delete(ctx context.Context, set, id string) error {
	_, err := m.Take(ctx, set, id)
	return err
}

func (m *memory) Find(_ context.Context, set string, q store.Query) ([]store.Record, error) {
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
		case q.AfterValue == nil && q.After != "" && r.ID <= q.After:
		case !r.Expires.IsZero() && !q.Now.Before(r.Expires):
		default:
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b store.Record) int { return strings.Compare(text(a, order), text(b, order)) })
	if q.Limit > 0 && len(out) > q.Limit {
		out = out[:q.Limit]
	}
	return out, nil
}

func (m *memory) Count(ctx context.Context, set string, q store.Query) (int, error) {
	found, err := m.Find(ctx, set, q)
	return len(found), err
}

func (m *memory) Raise(context.Context, int) error { return nil }

func (m *memory) Sweep(context.Context, time.Time) (int, error) { return 0, nil }
func (m *memory) Close(context.Context) error                   { return nil }
