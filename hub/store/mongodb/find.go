package mongodb

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/fedhub/fedhub/hub/store"
)

// Find returns the records a query selects.
func (d *DB) Find(ctx context.Context, name string, q store.Query) ([]store.Record, error) {
	s, err := d.set(name)
	if err != nil {
		return nil, err
	}
	if err := s.spec.CheckQuery(q); err != nil || q.Empty() {
		return nil, err
	}
	filter, order := selection(q)
	find := options.Find().SetSort(order)
	if q.Limit > 0 {
		find.SetLimit(int64(q.Limit))
	}
	cursor, err := s.Collection.Find(ctx, filter, find)
	if err != nil {
		return nil, err
	}
	var found []document
	if err := cursor.All(ctx, &found); err != nil {
		return nil, err
	}
	records := make([]store.Record, len(found))
	for i, one := range found {
		records[i] = one.record()
	}
	return records, nil
}

// path is where a field lies within a document.
func path(field string) string { return "d." + field }

// selection writes a query as a filter and an order. All values are strings,
// so none of them can be an operator.
func selection(q store.Query) (filter, order bson.D) {
	var terms bson.A
	and := func(field, operator string, value any) {
		terms = append(terms, bson.D{{Key: field, Value: bson.D{{Key: operator, Value: value}}}})
	}
	field, key := "_id", "_id"
	if q.Field != "" {
		field = path(q.Field)
		and(field, "$gt", "") // the index has no others
		if q.Equals == "" {
			key = field
		}
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
	than, direction := "$gt", 1
	if q.Desc {
		than, direction = "$lt", -1
	}
	if q.After != "" {
		and(key, than, q.After)
	}
	if !q.Now.IsZero() {
		terms = append(terms, bson.D{{Key: "$or", Value: bson.A{
			bson.D{{Key: "x", Value: nil}},
			bson.D{{Key: "x", Value: bson.D{{Key: "$gt", Value: q.Now}}}},
		}}})
	}
	order = bson.D{{Key: key, Value: direction}}
	if len(terms) == 0 {
		return bson.D{}, order
	}
	return bson.D{{Key: "$and", Value: terms}}, order
}
