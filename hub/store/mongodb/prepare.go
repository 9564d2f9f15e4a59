package mongodb

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/fedhub/fedhub/hub/store"
)

// Prepare creates the declared collections and indexes. To ask for an index
// that is there already changes nothing, so any number of hubs may do it at
// once, at every start.
func (d *DB) Prepare(ctx context.Context, specs []store.Spec) error {
	all := map[string]set{}
	for _, spec := range specs {
		if err := spec.Check(); err != nil {
			return err
		}
		s := set{spec, d.db.Collection(spec.Name)}
		if _, err := s.Indexes().CreateMany(ctx, indexes(spec)); err != nil {
			return fmt.Errorf("create the indexes of %s: %w", spec.Name, err)
		}
		all[spec.Name] = s
	}
	d.sets.Store(&all)
	return nil
}

// indexes of a set: one that lets expired records go, and one for each field
// that is looked up. The latter leave out records without the field.
func indexes(spec store.Spec) []mongo.IndexModel {
	models := []mongo.IndexModel{{
		Keys:    bson.D{{Key: "x", Value: 1}},
		Options: options.Index().SetName("expires").SetExpireAfterSeconds(0),
	}}
	add := func(field string, unique bool) {
		key := path(field)
		o := options.Index().SetName(field).SetPartialFilterExpression(bson.D{{Key: key, Value: bson.D{{Key: "$gt", Value: ""}}}})
		keys := bson.D{{Key: key, Value: 1}}
		if unique {
			o.SetUnique(true)
		} else {
			keys = append(keys, bson.E{Key: "_id", Value: 1}) // in the order of ids, without sorting
		}
		models = append(models, mongo.IndexModel{Keys: keys, Options: o})
	}
	for _, f := range spec.Unique {
		add(f, true)
	}
	for _, f := range spec.Index {
		add(f, false)
	}
	return models
}
