package mongodb

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/fedhub/fedhub/hub/store"
)

// prepareAtOnce is how many collections are prepared concurrently. Each needs a
// few disk writes on the servers, which overlap.
const prepareAtOnce = 8

// Prepare creates missing collections and indexes. MongoDB does nothing if an
// index exists or is being built.
func (d *DB) Prepare(ctx context.Context, specs []store.CollectionSpec) error {
	sets, err := d.declared(specs)
	if err != nil {
		return err
	}
	if err := prepareAll(ctx, sets); err != nil {
		return err
	}
	d.sets.Store(&sets)
	return nil
}

// Declare registers the collections. The major version is only in a record,
// which store.Schema reads.
func (d *DB) Declare(_ context.Context, specs []store.CollectionSpec, _ int) error {
	sets, err := d.declared(specs)
	if err == nil {
		d.sets.Store(&sets)
	}
	return err
}

func (d *DB) declared(specs []store.CollectionSpec) (map[string]*set, error) {
	sets := map[string]*set{}
	for _, spec := range specs {
		if err := spec.Check(); err != nil {
			return nil, err
		}
		sets[spec.Name] = &set{spec: spec, Collection: d.db.Collection(spec.Name)}
	}
	return sets, nil
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
	// The driver does not repeat index creation, but it is safe to repeat.
	err := repeat(ctx, func() error {
		if err := s.free(ctx); err != nil {
			return err
		}
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
		// MongoDB deletes expired documents within about a minute.
		Options: options.Index().SetName("expires").SetExpireAfterSeconds(0),
	}}
	for _, field := range s.spec.Unique {
		all = append(all, mongo.IndexModel{
			Keys:    bson.D{{Key: path(field), Value: 1}},
			Options: options.Index().SetName("unique " + field).SetUnique(true).SetPartialFilterExpression(present(s.spec, field)),
		})
	}
	for _, field := range slices.Concat(s.spec.Index, s.spec.Integers, s.spec.Times) {
		all = append(all, mongo.IndexModel{
			// _id follows the field, because equal values are ordered by id.
			Keys:    bson.D{{Key: path(field), Value: 1}, {Key: "_id", Value: 1}},
			Options: options.Index().SetName("index " + field).SetPartialFilterExpression(present(s.spec, field)),
		})
	}
	return all
}

// free removes the indexes of fields that need not be unique any more.
func (s *set) free(ctx context.Context) error {
	for _, field := range s.spec.Freed {
		err := s.Indexes().DropOne(ctx, "unique "+field)
		var server mongo.ServerError
		if errors.As(err, &server) && (server.HasErrorCode(indexNotFound) || server.HasErrorCode(namespaceNotFound)) {
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

const (
	namespaceNotFound = 26
	indexNotFound     = 27
)

func path(field string) string { return "doc." + field }

// present selects the records in the index of a field. A comparison only
// matches values of its own kind, so missing fields and null are excluded too.
func present(spec store.CollectionSpec, field string) bson.D {
	condition := bson.D{{Key: "$gt", Value: ""}}
	switch {
	case spec.IsTime(field):
		condition = bson.D{{Key: "$gte", Value: bson.DateTime(0)}}
	case spec.IsInteger(field):
		condition = bson.D{{Key: "$gt", Value: 0}}
	}
	return bson.D{{Key: path(field), Value: condition}}
}
