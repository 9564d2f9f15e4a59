package mongodb

import (
	"context"
	"io/fs"
	"time"

	"github.com/fedhub/fedhub/hub/store"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// Get returns the record with this id.
func (d *DB) Get(caller context.Context, name, id string) (store.Record, error) {
	s, err := d.set(name)
	if err != nil {
		return store.Record{}, err
	}
	if !store.IsText(id) {
		return store.Record{}, fs.ErrNotExist
	}
	ctx, done := within(caller)
	defer done()
	var found row
	if err := s.FindOne(ctx, byID(id)).Decode(&found); err != nil {
		return store.Record{}, failed(caller, err)
	}
	return found.record(), nil
}

// Find returns the records that a query selects.
func (d *DB) Find(caller context.Context, name string, q store.Query) ([]store.Record, error) {
	s, err := d.set(name)
	if err != nil {
		return nil, err
	}
	if err := s.spec.CheckQuery(q); err != nil || q.Empty() {
		return nil, err
	}
	ctx, done := within(caller)
	defer done()
	var found []row
	// The driver repeats the first batch of an answer but not later ones, so an
	// interrupted long answer starts again.
	err = repeat(ctx, func() error {
		cursor, err := s.Collection.Find(ctx, s.selection(q), s.order(q))
		if err != nil {
			return err
		}
		return cursor.All(ctx, &found)
	})
	if err != nil {
		return nil, failed(caller, err)
	}
	records := make([]store.Record, 0, len(found))
	for _, r := range found {
		records = append(records, r.record())
	}
	return records, nil
}

// Count counts the records that a query selects, up to its limit.
func (d *DB) Count(caller context.Context, name string, q store.Query) (int, error) {
	s, err := d.set(name)
	if err != nil {
		return 0, err
	}
	if err := s.spec.CheckCount(q); err != nil || q.Empty() {
		return 0, err
	}
	ctx, done := within(caller)
	defer done()
	n, err := s.CountDocuments(ctx, s.selection(q), options.Count().SetLimit(int64(q.Limit)))
	return int(n), failed(caller, err)
}

// selection converts a query to a filter. Its values are Go strings, numbers or
// times, so none can become an operator.
func (s *set) selection(q store.Query) bson.D {
	filter := bson.D{}
	and := func(key, operator string, value any) {
		filter = append(filter, bson.E{Key: key, Value: bson.D{{Key: operator, Value: value}}})
	}
	field := "_id"
	if q.Field != "" {
		field = path(q.Field)
		filter = append(filter, present(s.spec, q.Field)...) // so that MongoDB can use the partial index
	}
	if q.Equals != "" {
		and(field, "$eq", q.Equals)
	}
	if q.Prefix != "" {
		and(field, "$gte", q.Prefix)
		if end, ok := store.PrefixEnd(q.Prefix); ok {
			and(field, "$lt", end)
		}
	}
	if q.From != nil {
		and(field, "$gte", q.From)
	}
	if q.Below != nil {
		and(field, "$lt", q.Below)
	}
	if q.After != "" {
		filter = append(filter, s.behind(q, field)...)
	}
	if !q.Now.IsZero() {
		filter = append(filter, bson.E{Key: "$or", Value: bson.A{
			bson.D{{Key: "exp", Value: nil}},
			bson.D{{Key: "exp", Value: bson.D{{Key: "$gt", Value: q.Now}}}},
		}})
	}
	return conjunction(filter)
}

// behind selects the records after the last one of a page.
func (s *set) behind(q store.Query, field string) bson.D {
	than, or := "$gt", "$gte"
	if q.Desc {
		than, or = "$lt", "$lte"
	}
	switch {
	case !q.Ordered():
		return bson.D{{Key: "_id", Value: bson.D{{Key: than, Value: q.After}}}}
	case s.spec.IsUnique(q.Field):
		return bson.D{{Key: field, Value: bson.D{{Key: than, Value: q.AfterValue}}}}
	}
	return bson.D{
		{Key: field, Value: bson.D{{Key: or, Value: q.AfterValue}}}, // bounds the index scan
		{Key: "$or", Value: bson.A{
			bson.D{{Key: field, Value: bson.D{{Key: than, Value: q.AfterValue}}}},
			bson.D{{Key: "_id", Value: bson.D{{Key: than, Value: q.After}}}},
		}},
	}
}

// conjunction combines conditions with $and if several are on one field: in one
// document the later would have the same key as the earlier.
func conjunction(conditions bson.D) bson.D {
	if len(conditions) < 2 {
		return conditions
	}
	all := bson.A{}
	for _, c := range conditions {
		all = append(all, bson.D{c})
	}
	return bson.D{{Key: "$and", Value: all}}
}

func (s *set) order(q store.Query) *options.FindOptionsBuilder {
	direction := 1
	if q.Desc {
		direction = -1
	}
	keys := bson.D{{Key: "_id", Value: direction}}
	if q.Ordered() {
		by := bson.E{Key: path(q.Field), Value: direction}
		if keys = append(bson.D{by}, keys...); s.spec.IsUnique(q.Field) {
			keys = keys[:1] // values are unique, and the index has no more
		}
	}
	find := options.Find().SetSort(keys)
	if q.Limit > 0 {
		return find.SetLimit(int64(q.Limit)).SetBatchSize(int32(min(q.Limit, batch)))
	}
	return find.SetBatchSize(batch)
}

// batch is the number of small records per answer.
const batch = 1000

func byID(id string) bson.D { return bson.D{{Key: "_id", Value: id}} }

// A row is a stored record.
type row struct {
	ID      string     `bson:"_id"`
	Version int64      `bson:"v"`
	Expires *time.Time `bson:"exp,omitempty"`
	Doc     bson.Raw   `bson:"doc"`
}

func newRow(r store.Record, version int64) row {
	out := row{ID: r.ID, Version: version, Doc: r.Doc}
	if !r.Expires.IsZero() {
		out.Expires = &r.Expires
	}
	return out
}

func (r row) record() store.Record {
	out := store.Record{ID: r.ID, Version: r.Version, Doc: r.Doc}
	if r.Expires != nil {
		out.Expires = r.Expires.UTC()
	}
	return out
}
