package mongodb_test

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/mongodb"
	"github.com/fedhub/fedhub/internal/testkit/mongodtest"
)

func TestAnUnreachableServerIsNamedWithoutThePassword(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := l.Addr().String()
	l.Close()
	ctx, stop := context.WithTimeout(t.Context(), time.Second)
	defer stop()

	_, err = mongodb.Open(ctx, "mongodb://ada:correct-horse@"+nobody+"/hub")

	if err == nil || !strings.Contains(err.Error(), nobody) || strings.Contains(err.Error(), "correct-horse") {
		t.Errorf("got %v, want the address and no password", err)
	}
}

func TestAURIThatIsNoneIsExplained(t *testing.T) {
	for _, uri := range []string{
		"", "localhost", "http://localhost/", "mongodb://", "mongodb://h/a.b", "mongodb://h/a%2Fb", "mongodb://h/%zz",
		"mongodb://ada:correct-horse@h/hub?w=nonsense&ssl=maybe", "mongodb://ada:correct@horse@h/",
	} {
		d, err := mongodb.Open(t.Context(), uri)
		if err == nil {
			d.Close(t.Context())
			t.Errorf("%q: opened", uri)
			continue
		}
		if strings.Contains(err.Error(), "horse") {
			t.Errorf("%q: the error tells the password: %v", uri, err)
		}
	}
}

func TestTheURINamesTheDatabase(t *testing.T) {
	uri := mongodtest.URI(t)
	d := open(t, uri)
	if err := d.Prepare(t.Context(), []store.CollectionSpec{{Name: "notes"}}); err != nil {
		t.Fatal(err)
	}
	client, err := mongo.Connect(options.Client().ApplyURI(uri))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Disconnect(t.Context())
	_, path, _ := strings.Cut(strings.TrimPrefix(uri, "mongodb://"), "/")
	name, _, _ := strings.Cut(path, "?")

	found, err := client.Database(name).ListCollectionNames(t.Context(), bson.D{})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 1 || found[0] != "notes" {
		t.Errorf("collections in %s: got %v, want notes", name, found)
	}
}

func TestAnOutageEndsWithTheCallersPatience(t *testing.T) {
	set := mongodtest.Start(t, 1)
	d := open(t, set.URI())
	if err := d.Prepare(t.Context(), []store.CollectionSpec{{Name: "notes"}}); err != nil {
		t.Fatal(err)
	}
	doc, err := bson.Marshal(bson.D{{Key: "id", Value: "a"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Insert(t.Context(), "notes", store.Record{ID: "a", Doc: doc}); err != nil {
		t.Fatal(err)
	}

	member := set.KillPrimary(t)
	hurried, stop := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer stop()
	_, err = d.Take(hurried, "notes", "a")
	if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("take from a dead server: got %v, want the caller's deadline", err)
	}
	patient := make(chan error, 1)
	go func() { _, err := d.Take(t.Context(), "notes", "a"); patient <- err }()
	set.Restart(t, member)

	if err := <-patient; err != nil {
		t.Errorf("take that outlasted the outage: %v", err)
	}
}

func TestAUniqueFieldThatIsAlreadyDoubleIsExplained(t *testing.T) {
	d := open(t, mongodtest.URI(t))
	if err := d.Prepare(t.Context(), []store.CollectionSpec{{Name: "users"}}); err != nil {
		t.Fatal(err)
	}
	doc, err := bson.Marshal(bson.D{{Key: "mail", Value: "same"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"a", "b"} {
		if err := d.Insert(t.Context(), "users", store.Record{ID: id, Doc: doc}); err != nil {
			t.Fatal(err)
		}
	}

	err = d.Prepare(t.Context(), []store.CollectionSpec{{Name: "users", Unique: []string{"mail"}}})

	if err == nil || !strings.Contains(err.Error(), "prepare set users: records share a value") {
		t.Errorf("got %v, want the set named", err)
	}
}
