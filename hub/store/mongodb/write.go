package mongodb

import (
	"context"
	"fmt"
	"io/fs"
	"time"

	"github.com/fedhub/fedhub/hub/store"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// Insert stores a new record.
func (d *DB) Insert(caller context.Context, name string, r store.Record) error {
	s, err := d.outgoing(name, r)
	if err != nil {
		return err
	}
	ctx, done := within(caller)
	defer done()
	_, err = s.InsertOne(ctx, newRow(r, store.FirstVersion()))
	return failed(caller, err)
}

// Replace writes a record over the version that was read.
func (d *DB) Replace(caller context.Context, name string, r store.Record) error {
	s, err := d.outgoing(name, r)
	if err != nil {
		return err
	}
	ctx, done := within(caller)
	defer done()
	that := append(byID(r.ID), bson.E{Key: "v", Value: r.Version})
	result, err := s.ReplaceOne(ctx, that, newRow(r, r.Version+1))
	if err != nil {
		return failed(caller, err)
	}
	if result.MatchedCount == 1 {
		return nil
	}
	// The version did not match. Whether the record exists at all can be
	// checked afterwards, because nothing was written.
	idOnly := options.FindOne().SetProjection(bson.D{{Key: "_id", Value: 1}})
	if err := s.FindOne(ctx, byID(r.ID), idOnly).Err(); err != nil {
		return failed(caller, err)
	}
	return store.ErrLost
}

// Take returns the record and deletes it.
func (d *DB) Take(caller context.Context, name, id string) (store.Record, error) {
	s, err := d.set(name)
	if err != nil {
		return store.Record{}, err
	}
	if !store.IsText(id) {
		return store.Record{}, fs.ErrNotExist
	}
	ctx, done := within(caller)
	defer done()
	var taken row
	if err := s.FindOneAndDelete(ctx, byID(id)).Decode(&taken); err != nil {
		return store.Record{}, failed(caller, err)
	}
	return taken.record(), nil
}

// Delete deletes a record.
func (d *DB) Delete(caller context.Context, name, id string) error {
	s, err := d.set(name)
	if err != nil {
		return err
	}
	if !store.IsText(id) {
		return fs.ErrNotExist
	}
	ctx, done := within(caller)
	defer done()
	result, err := s.DeleteOne(ctx, byID(id))
	if err != nil {
		return failed(caller, err)
	}
	if result.DeletedCount == 0 {
		return fs.ErrNotExist
	}
	return nil
}

// Sweep does nothing: MongoDB's expiry index does it (see indexes.go).
func (d *DB) Sweep(context.Context, time.Time) (int, error) { return 0, nil }

// maxDocument is below MongoDB's 16 MiB, to leave room for the outer fields.
const maxDocument = 15 << 20

func (d *DB) outgoing(name string, r store.Record) (*set, error) {
	s, err := d.set(name)
	if err != nil {
		return nil, err
	}
	if err := s.spec.CheckRecord(r); err != nil {
		return nil, err
	}
	if len(r.Doc) > maxDocument {
		return nil, fmt.Errorf("set %s: record %q is larger than %d bytes", name, r.ID, maxDocument)
	}
	return s, nil
}
