// Package mongodb keeps sets of records in MongoDB. It is the engine for several
// machines: any number of hubs can share one replica set.
//
// Sets that grow without limit (sessions, token families, sign-out notices, the
// audit log, traces) can be sharded by _id. Users, clients and settings stay on
// one shard, because MongoDB enforces no unique field across shards: 100 million
// users are about 200 GB.
//
// Each set is a collection. A record is one document,
//
//	{_id: id, v: version, exp: expiry, doc: {the record's own fields}}
//
// The record's fields are in doc so that they cannot collide with _id, v or exp,
// and can be read in one piece. All frequent operations use _id: one document,
// one shard.
//
// A write is acknowledged when a majority of the members has it on disk. If an
// election interrupts it, the driver repeats it with the same transaction
// number, and the servers remember the result: so it happens once, and its
// result is correct. This package never repeats a write itself: it could not
// know whether the first one happened, and could turn a success into a wrong
// "not found" or "taken".
package mongodb

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"

	"github.com/fedhub/fedhub/hub/store"
)

// A DB is a connection to one MongoDB database.
type DB struct {
	client *mongo.Client
	db     *mongo.Database
	sets   atomic.Pointer[map[string]*set]
}

var _ store.Backend = (*DB)(nil)

// A set is a collection with its declaration.
type set struct {
	spec store.CollectionSpec
	*mongo.Collection
}

// patience bounds an operation without a deadline. The driver repeats an
// operation until its deadline, and only if there is one; see within.
const patience = 20 * time.Second

// election is how long an operation waits for a primary: longer than an
// election takes with default settings (electionTimeoutMillis, 10 s), and
// shorter than a request, so that the first operation that waited in vain
// reports it (store.ErrUnreachable) and the others need not wait.
const election = 12 * time.Second

// A member that disappears silently is given up after the sum of these two. An
// operation that waits for it is then interrupted and repeated at the next
// primary.
const (
	dialling  = 3 * time.Second
	heartbeat = time.Second
)

// Open connects to the database in the URI's path, or to "fedhub". It waits
// until the primary answers, ctx ends, or 20 seconds have passed.
func Open(ctx context.Context, uri string) (*DB, error) {
	name, err := databaseName(uri)
	if err != nil {
		return nil, err
	}
	settings, err := settings(uri)
	if err != nil {
		return nil, err
	}
	client, err := mongo.Connect(settings)
	if err != nil {
		return nil, fmt.Errorf("the MongoDB URI cannot be used: %w", err)
	}
	ctx, done := within(ctx)
	defer done()
	if err := client.Ping(ctx, readpref.Primary()); err != nil {
		_ = client.Disconnect(context.WithoutCancel(ctx))
		// The URI may contain a password, so only the hosts are named.
		return nil, fmt.Errorf("no MongoDB primary answers at %s: %w", strings.Join(settings.Hosts, ", "), err)
	}
	return &DB{client: client, db: client.Database(name)}, nil
}

// HowToEscape explains how to write a password in a URI.
func HowToEscape() string {
	return "in a password write /, ?, #, @, : and % as %2F, %3F, %23, %40, %3A and %25"
}

// DefaultDatabase is the name if the URI has none.
const DefaultDatabase = "fedhub"

// databaseName reads the path of the URI. net/url does not accept a URI with
// several hosts.
func databaseName(uri string) (string, error) {
	_, rest, ok := strings.Cut(uri, "://")
	if !ok {
		return "", errors.New("a MongoDB URI begins with mongodb:// or mongodb+srv://")
	}
	rest, _, _ = strings.Cut(rest, "?")
	_, path, _ := strings.Cut(rest, "/")
	if path == "" {
		return DefaultDatabase, nil
	}
	name, err := url.PathUnescape(path)
	if err != nil || strings.ContainsAny(name, `/\. "$`) {
		return "", errors.New("the MongoDB URI's path is not the name of a database")
	}
	return name, nil
}

// settings reads the operator's choices from the URI (hosts, credentials, TLS,
// pool sizes) and sets the options that the hub depends on.
func settings(uri string) (*options.ClientOptions, error) {
	s := options.Client().
		SetAppName("fedhub").
		SetConnectTimeout(dialling).
		SetHeartbeatInterval(heartbeat).
		SetServerSelectionTimeout(election).
		SetMaxConnIdleTime(10 * time.Minute).
		// Opening only two connections at a time would delay bursts of
		// sign-ins.
		SetMaxConnecting(8).
		ApplyURI(uri)
	if err := s.Validate(); err != nil {
		// The driver's error quotes the URI, which may contain a password.
		return nil, errors.New("the MongoDB URI cannot be read; " + HowToEscape())
	}
	journaled := true
	return s.
		// Only data that a majority has on disk survives every election, and an
		// isolated old primary cannot acknowledge writes: so a code or refresh
		// token works only once.
		SetWriteConcern(&writeconcern.WriteConcern{W: writeconcern.WCMajority, Journal: &journaled}).
		SetRetryWrites(true).
		SetRetryReads(true).
		SetReadPreference(readpref.Primary()).
		// Read the newest data that the primary knows. "majority" could still
		// return a session that is just being revoked; "local" can only return
		// a write too early, before its caller knows the result. No
		// irreversible decision depends on a read alone: Take and Replace are
		// writes. An isolated primary may return old data until it notices,
		// with both; only "linearizable" prevents that, and costs a round trip
		// to a majority for every read.
		SetReadConcern(readconcern.Local()), nil
}

// within adds a deadline if the context has none. A deadline also makes the
// driver repeat an interrupted operation more than once.
func within(ctx context.Context) (context.Context, context.CancelFunc) {
	if ends(ctx) {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, patience)
}

// Raise does nothing: a write changes one document and cannot check a version
// too.
func (d *DB) Raise(context.Context, int) error { return nil }

// Time is the primary's clock.
func (d *DB) Time(caller context.Context) (time.Time, error) {
	ctx, done := within(caller)
	defer done()
	var hello struct {
		Time time.Time `bson:"localTime"`
	}
	command := bson.D{{Key: "hello", Value: 1}}
	err := d.db.RunCommand(ctx, command, options.RunCmd().SetReadPreference(readpref.Primary())).Decode(&hello)
	return hello.Time, failed(caller, err)
}

// Close closes the connections when they are idle, or when ctx ends.
func (d *DB) Close(ctx context.Context) error {
	err := d.client.Disconnect(ctx)
	if errors.Is(err, mongo.ErrClientDisconnected) {
		return nil // closed before
	}
	return err
}

// set returns a set that was declared to Prepare.
func (d *DB) set(name string) (*set, error) {
	if all := d.sets.Load(); all != nil {
		if s := (*all)[name]; s != nil {
			return s, nil
		}
	}
	return nil, fmt.Errorf("set %s was not declared", name)
}
