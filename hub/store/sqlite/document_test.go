package sqlite

import (
	"database/sql"
	"math"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/fedhub/fedhub/hub/store"
)

// FuzzRoundTrip checks three properties: an accepted document becomes JSON that
// SQLite reads, it can be read back, and the result becomes the same JSON again.
func FuzzRoundTrip(f *testing.F) {
	for _, v := range []any{
		bson.D{},
		bson.D{{Key: "id", Value: "a"}, {Key: "n", Value: int64(math.MaxInt64)}, {Key: "i", Value: int32(-1)}},
		bson.D{{Key: "f", Value: 0.1}, {Key: "g", Value: math.NaN()}, {Key: "h", Value: math.Copysign(0, -1)}, {Key: "i", Value: 1e300}},
		bson.D{{Key: "t", Value: bson.DateTime(1)}, {Key: "u", Value: bson.NewDateTimeFromTime(time.Time{})}},
		bson.D{{Key: "b", Value: bson.Binary{Subtype: 4, Data: make([]byte, 16)}}, {Key: "nil", Value: nil}},
		bson.D{{Key: "s", Value: "\x00\"\\\u2028\U0001F600\xff"}, {Key: "", Value: ""}, {Key: "a.b", Value: "é"}},
		bson.D{{Key: "d", Value: bson.D{{Key: "a", Value: bson.A{"x", bson.A{}, bson.D{}}}}}},
		bson.D{{Key: "r", Value: bson.Regex{Pattern: "a/b", Options: "i"}}, {Key: "o", Value: bson.NewObjectID()}},
		bson.D{{Key: "ts", Value: bson.Timestamp{T: 1, I: 2}}, {Key: "min", Value: bson.MinKey{}}, {Key: "und", Value: bson.Undefined{}}},
		bson.D{{Key: "js", Value: bson.JavaScript("x")}, {Key: "sym", Value: bson.Symbol("y")}, {Key: "ptr", Value: bson.DBPointer{DB: "d"}}},
	} {
		doc, err := bson.Marshal(v)
		if err != nil {
			f.Fatal(err)
		}
		f.Add([]byte(doc))
	}
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { db.Close() })
	f.Fuzz(func(t *testing.T, in []byte) {
		if (store.CollectionSpec{Name: "s"}).CheckRecord(store.Record{ID: "a", Doc: in}) != nil || bson.Raw(in).Validate() != nil {
			return
		}
		json, err := encode(in)
		if err != nil {
			return // refused, which is safe
		}
		var valid bool
		if err := db.QueryRow("SELECT json_valid(?)", json).Scan(&valid); err != nil || !valid {
			t.Fatalf("SQLite cannot read %q: %v", json, err)
		}
		out, err := decode(json)
		if err != nil {
			t.Fatalf("%q does not come back: %v", json, err)
		}
		again, err := encode(out)
		if err != nil {
			t.Fatalf("%q cannot be written again: %v", json, err)
		}
		if plain(again) != plain(json) {
			t.Errorf("second round: got %q, want %q", again, json)
		}
	})
}

// plain removes the one allowed difference: invalid UTF-8 is written as an escape
// the first time, and as the replacement character afterwards.
func plain(json string) string { return strings.ReplaceAll(json, `\ufffd`, "\ufffd") }

func TestTheFileIsReadable(t *testing.T) {
	doc, err := bson.Marshal(bson.D{
		{Key: "id", Value: "a"}, {Key: "name", Value: "Ada & <Bob>"}, {Key: "n", Value: int64(5)},
		{Key: "created", Value: time.Date(2026, 1, 2, 3, 4, 5, 6_000_000, time.UTC)},
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := encode(doc)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"id":"a","name":"Ada & <Bob>","n":5,"created":{"$date":"2026-01-02T03:04:05.006Z"}}`
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if _, err := decode(strings.Repeat(`{"a":`, 100000)); err == nil {
		t.Error("a damaged document was read")
	}
}
