// Package mongodb keeps sets of records in MongoDB: the engine for more than
// one machine. Any number of hubs may use one database at once.
//
// Each set is a collection. A record is {_id, v, x, d}: its id, its version,
// when it expires, and its fields, which are nested so that none of their
// names can collide with ours. Every operation touches one document by its id,
// or reads along one declared index; there are no transactions.
//
// Writes are acknowledged by a majority of the replica set and its journals,
// so what was acknowledged survives the loss of any one member. Reads go to
// the primary. A primary that was cut off and does not know it yet may for
// some seconds return what has since changed, as it would be with any cache;
// but nothing single-use is decided by a read: the write that follows needs
// the majority, and does not get it there.
package mongodb

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"sync/atomic"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/connstring"

	"github.com/fedhub/fedhub/hub/store"
)

// Timeouts of the connection.
const (
	// elect is how long an operation waits for a primary: longer than an
	// election takes. The caller's own deadline may be shorter.
	elect = 20 * time.Second
	// greet is how long Open waits for the first answer.
	greet = 10 * time.Second
	// pool bounds the connections of one hub to each member.
	pool = 100
)

// defaultDatabase is used when the URI names none.
const defaultDatabase = "fedhub"

// A DB is a database on a MongoDB server, replica set or sharded cluster.
type DB struct {
	client *mongo.Client
	db     *mongo.Database
	sets   atomic.Pointer[map[string]set]
	end    func() error // disconnects, once
}

// set is a declared collection.
type set struct {
	spec store.Spec
	*mongo.Collection
}

var _ store.Backend = (*DB)(nil)

// Open connects to the database that the URI names. Its error says what is
// wrong without repeating the URI, which may hold a password.
func Open(ctx context.Context, uri string) (*DB, error) {
	parsed, err := connstring.ParseAndValidate(uri)
	if err != nil {
		return nil, fmt.Errorf("the MongoDB address cannot be used: %w", err)
	}
	name := parsed.Database
	if name == "" {
		name = defaultDatabase
	}
	journaled := true
	client, err := mongo.Connect(options.Client().ApplyURI(uri).
		SetAppName("fedhub").
		SetRetryWrites(true).
		SetRetryReads(true).
		SetServerSelectionTimeout(elect).
		SetMaxPoolSize(pool).
		SetReadPreference(readpref.Primary()).
		SetWriteConcern(&writeconcern.WriteConcern{W: "majority", Journal: &journaled}))
	if err != nil {
		return nil, fmt.Errorf("the MongoDB address cannot be used: %w", err)
	}
	hello, cancel := context.WithTimeout(ctx, greet)
	defer cancel()
	if err := client.Ping(hello, readpref.Primary()); err != nil {
		client.Disconnect(context.WithoutCancel(ctx)) //nolint:errcheck // the ping's error says more
		return nil, fmt.Errorf("MongoDB does not answer at %v: %w", parsed.Hosts, err)
	}
	end := sync.OnceValue(func() error { return client.Disconnect(context.WithoutCancel(ctx)) })
	return &DB{client: client, db: client.Database(name), end: end}, nil
}

// Close waits for what is under way and ends all connections.
func (d *DB) Close(ctx context.Context) error {
	ended := make(chan error, 1)
	go func() { ended <- d.end() }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// set finds a set that was declared to Prepare.
func (d *DB) set(name string) (set, error) {
	if all := d.sets.Load(); all != nil {
		if s, ok := (*all)[name]; ok {
			return s, nil
		}
	}
	return set{}, fmt.Errorf("set %s was not declared", name)
}

// document is a record as it lies in the collection.
type document struct {
	ID      string     `bson:"_id"`
	Version int64      `bson:"v"`
	Expires *time.Time `bson:"x,omitempty"`
	Doc     bson.Raw   `bson:"d"`
}

func documentOf(r store.Record, version int64) document {
	d := document{ID: r.ID, Version: version, Doc: r.Doc}
	if !r.Expires.IsZero() {
		d.Expires = &r.Expires
	}
	return d
}

func (d document) record() store.Record {
	r := store.Record{ID: d.ID, Version: d.Version, Doc: d.Doc}
	if d.Expires != nil {
		r.Expires = d.Expires.UTC()
	}
	return r
}

func byID(id string) bson.D { return bson.D{{Key: "_id", Value: id}} }

// answered turns what the driver says into the words of Backend.
func answered(err error) error {
	switch {
	case errors.Is(err, mongo.ErrNoDocuments):
		return fs.ErrNotExist
	case mongo.IsDuplicateKeyError(err):
		return fs.ErrExist
	}
	return err
}

// Insert keeps a new record.
func (d *DB) Insert(ctx context.Context, name string, r store.Record) error {
	s, err := d.set(name)
	if err != nil {
		return err
	}
	if err := s.spec.CheckRecord(r); err != nil {
		return err
	}
	_, err = s.InsertOne(ctx, documentOf(r, 1))
	return answered(err)
}

// Get returns the record with this id.
func (d *DB) Get(ctx context.Context, name, id string) (store.Record, error) {
	s, err := d.set(name)
	if err != nil {
		return store.Record{}, err
	}
	if !store.IsText(id) {
		return store.Record{}, fs.ErrNotExist
	}
	var found document
	if err := s.FindOne(ctx, byID(id)).Decode(&found); err != nil {
		return store.Record{}, answered(err)
	}
	return found.record(), nil
}

// Replace writes a record over the version that was read.
func (d *DB) Replace(ctx context.Context, name string, r store.Record) error {
	s, err := d.set(name)
	if err != nil {
		return err
	}
	if err := s.spec.CheckRecord(r); err != nil {
		return err
	}
	filter := bson.D{{Key: "_id", Value: r.ID}, {Key: "v", Value: r.Version}}
	result, err := s.ReplaceOne(ctx, filter, documentOf(r, r.Version+1))
	if err != nil {
		return answered(err)
	}
	if result.MatchedCount == 1 {
		return nil
	}
	if _, err := d.Get(ctx, name, r.ID); err != nil {
		return err
	}
	return store.ErrLost
}

// Take returns the record and removes it in one step.
func (d *DB) Take(ctx context.Context, name, id string) (store.Record, error) {
	s, err := d.set(name)
	if err != nil {
		return store.Record{}, err
	}
	if !store.IsText(id) {
		return store.Record{}, fs.ErrNotExist
	}
	var found document
	if err := s.FindOneAndDelete(ctx, byID(id)).Decode(&found); err != nil {
		return store.Record{}, answered(err)
	}
	return found.record(), nil
}

// Delete removes a record.
func (d *DB) Delete(ctx context.Context, name, id string) error {
	s, err := d.set(name)
	if err != nil {
		return err
	}
	if !store.IsText(id) {
		return fs.ErrNotExist
	}
	result, err := s.DeleteOne(ctx, byID(id))
	if err == nil && result.DeletedCount == 0 {
		return fs.ErrNotExist
	}
	return err
}

// Sweep does nothing: the TTL index removes what has expired.
func (d *DB) Sweep(context.Context, time.Time) (int, error) { return 0, nil }
