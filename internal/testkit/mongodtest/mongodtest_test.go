package mongodtest_test

import (
	"context"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/connstring"

	"github.com/fedhub/fedhub/internal/testkit/mongodtest"
)

func TestEveryURINamesAnEmptyDatabase(t *testing.T) {
	first, second := mongodtest.URI(t), mongodtest.URI(t)
	if first == second {
		t.Error("two tests share a database")
	}
	keep(t, first)

	n, err := notes(t, second).CountDocuments(t.Context(), bson.D{})
	if err != nil {
		t.Fatal(err)
	}
	if n != 0 {
		t.Errorf("records in a new database: got %d, want 0", n)
	}
}

func TestAKilledServerComesBackWithItsFiles(t *testing.T) {
	set := mongodtest.Start(t, 1)
	uri := set.URI()
	keep(t, uri)

	member := set.KillPrimary(t)
	set.Restart(t, member)

	n, err := notes(t, uri).CountDocuments(t.Context(), bson.D{})
	if err != nil {
		t.Fatal(err)
	}
	if n != 1 {
		t.Errorf("records: got %d, want 1", n)
	}
}

func keep(t *testing.T, uri string) {
	t.Helper()
	if _, err := notes(t, uri).InsertOne(t.Context(), bson.D{{Key: "a", Value: 1}}); err != nil {
		t.Fatal(err)
	}
}

func notes(t *testing.T, uri string) *mongo.Collection {
	t.Helper()
	parsed, err := connstring.Parse(uri)
	if err != nil {
		t.Fatal(err)
	}
	client, err := mongo.Connect(options.Client().ApplyURI(uri))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Disconnect(context.Background()) })
	database := parsed.Database
	if database == "" {
		database = "test"
	}
	return client.Database(database).Collection("notes")
}
