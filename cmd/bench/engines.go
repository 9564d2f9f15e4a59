package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/mongodb"
	"github.com/fedhub/fedhub/hub/store/sqlite"
	"github.com/fedhub/fedhub/internal/testkit/mongodtest"
)

// openDatabase opens a database file or a mongodb:// address.
func openDatabase(ctx context.Context, address string) (store.Backend, error) {
	if strings.HasPrefix(address, "mongodb://") {
		return orNothing(mongodb.Open(ctx, address))
	}
	return orNothing(sqlite.Open(address))
}

// orNothing returns a nil interface after an error: a nil pointer in an interface
// is not nil.
func orNothing[B store.Backend](b B, err error) (store.Backend, error) {
	if err != nil {
		return nil, err
	}
	return b, nil
}

// An engine is a kind of database that hubs are measured on.
type engine struct {
	name    string
	version string
	server  int // process id, 0 if it runs inside the hub
	// empty returns the address of a new database with this name.
	empty func(name string) string
	stop  func()
}

var engineNames = []string{"sqlite", "mongodb"}

func (b *bench) engine(ctx context.Context, name string) (engine, error) {
	switch name {
	case "sqlite":
		return b.sqlite(ctx)
	case "mongodb":
		return startMongoDB(ctx)
	}
	return engine{}, fmt.Errorf("there is no database %q; the databases are %s", name, strings.Join(engineNames, ", "))
}

// sqlite is the embedded default.
func (b *bench) sqlite(ctx context.Context) (engine, error) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return engine{}, err
	}
	defer db.Close()
	var version string
	err = db.QueryRowContext(ctx, "SELECT sqlite_version()").Scan(&version)
	return engine{
		name: "sqlite", version: "SQLite " + version, stop: func() {},
		empty: func(name string) string { return filepath.Join(b.folder, name+".db") },
	}, err
}

// startMongoDB starts a replica set of one member: the hub is measured, not the
// replication.
func startMongoDB(ctx context.Context) (engine, error) {
	set, err := mongodtest.Launch()
	if err != nil {
		return engine{}, fmt.Errorf("%w; install mongod in the PATH, or use -engines sqlite", err)
	}
	e := engine{name: "mongodb", server: set.Process(), stop: set.Stop}
	e.empty = func(name string) string { return strings.Replace(set.URI(), "/?", "/"+name+"?", 1) }
	e.version, err = mongoVersion(ctx, set.URI())
	if err != nil {
		set.Stop()
	}
	return e, err
}

func mongoVersion(ctx context.Context, uri string) (string, error) {
	client, err := mongo.Connect(options.Client().ApplyURI(uri))
	if err != nil {
		return "", err
	}
	defer client.Disconnect(ctx) //nolint:errcheck // it was only read
	var info struct {
		Version string `bson:"version"`
	}
	err = client.Database("admin").RunCommand(ctx, bson.D{{Key: "buildInfo", Value: 1}}).Decode(&info)
	return "MongoDB " + info.Version, err
}

// openEngines starts the chosen databases.
func (b *bench) openEngines(ctx context.Context) error {
	for name := range strings.SplitSeq(b.choices.engines, ",") {
		e, err := b.engine(ctx, name)
		if err != nil {
			return err
		}
		b.engines = append(b.engines, e)
	}
	if len(b.engines) == 0 {
		return errors.New("no database is chosen; use -engines")
	}
	return nil
}

// populated creates a database with users and applications.
func (b *bench) populated(ctx context.Context, e engine) (string, world, error) {
	address := e.empty("populated")
	var w world
	err := b.answerOf(ctx, &w, "as-seed", "-database", address, "-people", strconv.Itoa(b.concurrency))
	return address, w, err
}
