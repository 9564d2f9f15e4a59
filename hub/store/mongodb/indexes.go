package mongodb

import (
	"context"
	"errors"
	"fmt"

	"github.com/fedhub/fedhub/hub/store"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// prepareAtOnce is how many collections are prepared side by side. Each takes
// the servers a few disk writes, which overlap.
const prepareAtOnce = 8

// Prepare creates the collections and indexes that are missing. MongoDB does
// nothing when an index is there already, or is just being made by another.
func (d *DB) Prepare(ctx context.Context, specs []store.Spec) error {
	sets := map[string]*set{}
	for _, spec := range specs {
		if err := spec.Check(); err != nil {
			return err
		}
		sets[spec.Name] = &set{spec: spec, Collection: d.db.Collection(spec.Name)}
	}
	if err := prepareAll(ctx, sets); err != nil {
		return err
	}
	d.sets.Store(&sets)
	return nil
}

func prepareAll(ctx context.Context, sets map[string]*set) error {
	places := make(chan struct{}, prepareAtOnce)
	results := make(chan error, len(sets))
	for _, s := range sets {
		go func() {
			places <- struct{}{}
			defer func() { <-places }()
			results <- s.prepare(ctx)
		}()
	}
	var errs []error
	for range sets {
		errs = append(errs, <-results)
	}
	return errors.Join(errs...)
}

func (s *set) prepare(caller context.Context) error {
	ctx, done := within(caller)
	defer done()
	// Creating indexes is none of the writes that the driver repeats, but
	// repeating it is harmless.
	err := repeat(ctx, func() error {
		_, err := s.Indexes().CreateMany(ctx, s.indexes())
		return err
	})
	if mongo.IsDuplicateKeyError(err) {
		return fmt.Errorf("prepare set %s: records share a value that must be unique: %w", s.spec.Name, err)
	}
	if err != nil {
		return fmt.Errorf("prepare set %s: %w", s.spec.Name, failed(caller, err))
	}
	return nil
}

func (s *set) indexes() []mongo.IndexModel {
	all := []mongo.IndexModel{{
		Keys: bson.D{{Key: "exp", Value: 1}},
		// MongoDB removes what has expired, within a minute or so.
		Options: options.Index().SetName("expires").SetExpireAfterSeconds(0),
	}}
	for _, field := range s.spec.Unique {
		all = append(all, mongo.IndexModel{
			Keys:    bson.D{{Key: path(field), Value: 1}},
			Options: options.Index().SetName("unique " + field).SetUnique(true).SetPartialFilterExpression(present(field)),
		})
	}
	for _, field := range s.spec.Index {
		all = append(all, mongo.IndexModel{
			// The _id stands behind the field because equal fields come in
			// the order of ids.
			Keys:    bson.D{{Key: path(field), Value: 1}, {Key: "_id", Value: 1}},
			Options: options.Index().SetName("index " + field).SetPartialFilterExpression(present(field)),
		})
	}
	return all
}

func path(field string) string { return "doc." + field }

// present selects records that have the field with some text in it. Only text
// compares with text, so a missing field and null are left out too.
func present(field string) bson.D {
	return bson.D{{Key: path(field), Value: bson.D{{Key: "$gt", Value: ""}}}}
}
