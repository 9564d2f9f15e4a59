// Package mongodb keeps sets of records in MongoDB. It is the engine for more
// than one machine: any number of hubs may share one replica set.
//
// What grows without end (sessions, token families, sign-out notices, the
// audit, traces) can be sharded by _id. Users, clients and settings stay on one
// shard, because MongoDB enforces no unique field across shards: 100 million
// people are some 200 GB.
//
// Each set is a collection. A record is one document,
//
//	{_id: id, v: version, exp: expiry, doc: {the record's own fields}}
//
// The record's fields lie under doc so that no field of any record can ever
// collide with _id, v or exp, and so that the whole record is cut out of the
// answer in one piece. Everything hot goes by _id: one document, one shard.
//
// A write is acknowledged when a majority of the members has it on disk. One
// that is interrupted by an election is repeated by the driver under the same
// transaction number, which the servers remember with its outcome: so it
// happens once and answers truthfully, as often as it is sent. This package
// never repeats a write itself. It could not know whether the first one
// happened, and would turn a success into a wrong "not found" or "taken".
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

// patience is how long an operation may take when its caller sets no time of
// its own. The driver repeats an operation for as long as its context lasts,
// and only if the context has an end; see within.
const patience = 20 * time.Second

// election is how long a primary is waited for: longer than an election takes
// with MongoDB's usual settings (electionTimeoutMillis, 10 s, and a little),
// and shorter than a request, so that it is the first who waited in vain, and
// not each in turn, that says that there is none (store.ErrUnreachable).
const election = 12 * time.Second

// A member that vanishes without a word is given up after these two together.
// An operation that waits for its
// answer is then broken off, and repeated at the next primary.
const (
	dialling  = 3 * time.Second
	heartbeat = time.Second
)

// Open connects to the database that the URI's path names, or to "fedhub". It
// waits until the primary answers, or ctx ends, or 20 seconds have passed.
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
		// The URI may hold a password, so only the hosts are named.
		return nil, fmt.Errorf("no MongoDB primary answers at %s: %w", strings.Join(settings.Hosts, ", "), err)
	}
	return &DB{client: client, db: client.Database(name)}, nil
}

// HowToEscape says what a URI wants of a password.
func HowToEscape() string {
	return "in a password write /, ?, #, @, : and % as %2F, %3F, %23, %40, %3A and %25"
}

// DefaultDatabase is used where the URI names none.
const DefaultDatabase = "fedhub"

// databaseName reads the path of the URI. Hosts may be several, which makes
// it no URL that net/url would take.
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

// settings takes from the URI what an operator may choose (hosts, credentials,
// TLS, pool sizes) and sets what the hub's promises rest on.
func settings(uri string) (*options.ClientOptions, error) {
	s := options.Client().
		SetAppName("fedhub").
		SetConnectTimeout(dialling).
		SetHeartbeatInterval(heartbeat).
		SetServerSelectionTimeout(election).
		SetMaxConnIdleTime(10 * time.Minute).
		// A burst of sign-ins should not queue for two connections at a time.
		SetMaxConnecting(8).
		ApplyURI(uri)
	if err := s.Validate(); err != nil {
		// The driver quotes what it cannot read, which may be a password.
		return nil, errors.New("the MongoDB URI cannot be read; " + HowToEscape())
	}
	journaled := true
	return s.
		// Only what a majority has on disk survives every election, and an
		// old primary that has been cut off can no longer acknowledge: that
		// is what makes a code, or a refresh token, work once.
		SetWriteConcern(&writeconcern.WriteConcern{W: writeconcern.WCMajority, Journal: &journaled}).
		SetRetryWrites(true).
		SetRetryReads(true).
		SetReadPreference(readpref.Primary()).
		// The newest the primary knows. For security state new beats certain:
		// "majority" would still show a session that is just being revoked,
		// while what "local" shows too early is a write whose own caller has
		// not been told that it succeeded. Nothing that must not be undone is
		// decided by a read; taking and replacing are writes. A primary that
		// was cut off may answer reads with old state until it notices, with
		// either; only "linearizable" would not, at a round trip to a
		// majority for every read.
		SetReadConcern(readconcern.Local()), nil
}

// within gives a context an end if it has none. An end is also what tells the
// driver to go on repeating an interrupted operation instead of trying twice.
func within(ctx context.Context) (context.Context, context.CancelFunc) {
	if ends(ctx) {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, patience)
}

// Raise does nothing: a write touches one document, and so cannot look at a
// version as well.
func (d *DB) Raise(context.Context, int) error { return nil }

// Time is what the primary's clock shows.
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

// Close ends the connections when nothing uses them any more, or ctx ends.
func (d *DB) Close(ctx context.Context) error {
	err := d.client.Disconnect(ctx)
	if errors.Is(err, mongo.ErrClientDisconnected) {
		return nil // closed before
	}
	return err
}

// set finds a set that was declared to Prepare.
func (d *DB) set(name string) (*set, error) {
	if all := d.sets.Load(); all != nil {
		if s := (*all)[name]; s != nil {
			return s, nil
		}
	}
	return nil, fmt.Errorf("set %s was not declared", name)
}
