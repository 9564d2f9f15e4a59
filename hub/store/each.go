package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// eachPage is how many records Each reads at a time.
const eachPage = 200

// Each visits every record that a query selects, in its order, and reads them
// page by page, so their number does not matter. Limit is the page size here,
// 200 if the query has none. An error ends it. The visitor may change and
// delete records; a record that is added or deleted meanwhile may or may not be
// visited.
//
// A record that cannot be decoded is skipped and noted (Guarded.Damaged), so
// that it does not break lists and periodic work. Restrictions must be looked
// up by Get, By or Find, which fail instead.
func (s *Collection[T]) Each(ctx context.Context, q Query) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		for r, err := range eachRecord(ctx, s.backend, s.name, s.at(q)) {
			if err != nil {
				yield(none, s.fail("find in", err))
				return
			}
			v, err := s.decode(ctx, r)
			if errors.Is(err, ErrDamaged) {
				continue
			}
			if !yield(v, err) {
				return
			}
		}
	}
}

// EachWhere visits every record with this value in a text index field, in the
// order of ids: all records if field is empty. An empty value matches none.
func (s *Collection[T]) EachWhere(ctx context.Context, field, value string) iter.Seq2[T, error] {
	if field != "" && value == "" {
		return func(func(T, error) bool) {}
	}
	return s.Each(ctx, Query{Field: field, Equals: value})
}

// Since visits every record with a time of at least from in a time index field,
// the oldest first.
func (s *Collection[T]) Since(ctx context.Context, field string, from time.Time) iter.Seq2[T, error] {
	return s.Each(ctx, Query{Field: field, From: from})
}

// at adds the collection's clock to a query, which hides expired records.
func (s *Collection[T]) at(q Query) Query {
	q.Now = s.now()
	return q
}

// eachRecord is Each without decoding.
func eachRecord(ctx context.Context, b Backend, set string, q Query) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		if q.Limit == 0 {
			q.Limit = eachPage
		}
		for q := q; ; {
			page, err := b.Find(ctx, set, q)
			if err != nil {
				yield(Record{}, err)
				return
			}
			for _, r := range page {
				if !yield(r, nil) {
					return
				}
			}
			if len(page) < q.Limit {
				return
			}
			last := page[len(page)-1]
			q.After = last.ID
			if q.Ordered() {
				if q.AfterValue, err = orderedBy(last, q.Field); err != nil {
					yield(Record{}, err)
					return
				}
			}
		}
	}
}

// orderedBy is the value of a record's index field.
func orderedBy(r Record, field string) (any, error) {
	v, err := r.Doc.LookupErr(strings.Split(field, ".")...)
	if err != nil {
		return nil, fmt.Errorf("continue after %q: %w", r.ID, err)
	}
	switch v.Type {
	case bson.TypeString:
		return v.StringValue(), nil
	case bson.TypeInt32, bson.TypeInt64:
		return v.AsInt64(), nil
	case bson.TypeDateTime:
		return v.Time(), nil
	}
	return nil, fmt.Errorf("continue after %q: its %s is a %s", r.ID, field, v.Type)
}

// All returns every record in the order of ids, as List does. It is for small
// sets: login keys, initial access tokens.
func (s *Collection[T]) All(ctx context.Context) ([]T, error) { return s.List(ctx, Query{}) }

// List returns the records that a query selects and skips those that cannot be
// decoded: it is Find for lists and choices.
func (s *Collection[T]) List(ctx context.Context, q Query) ([]T, error) {
	return Collect(s.Each(ctx, q), q.Limit)
}

// Collect makes a list of what is visited, at most the first most; all if most
// is 0.
func Collect[T any](visit iter.Seq2[T, error], most int) ([]T, error) {
	var all []T
	for v, err := range visit {
		if err != nil {
			return nil, err
		}
		if all = append(all, v); len(all) == most {
			break
		}
	}
	return all, nil
}

// DeleteWhere deletes every record with this value in a text index field, or
// the record with this id. It is no error if there is none.
func (s *Collection[T]) DeleteWhere(ctx context.Context, field, value string) error {
	remove := func(id string) error {
		if err := s.Delete(ctx, id); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	if field == "id" {
		return remove(value)
	}
	if value == "" {
		return nil // matches no record
	}
	for r, err := range eachRecord(ctx, s.backend, s.name, s.at(Query{Field: field, Equals: value})) {
		if err != nil {
			return s.fail("find in", err)
		}
		if err := remove(r.ID); err != nil {
			return err
		}
	}
	return nil
}
