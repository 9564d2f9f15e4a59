package sqlite

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// slowly is what the driver makes of a document.
func slowly(t *testing.T, doc bson.Raw) (string, bson.Raw) {
	t.Helper()
	json, err := bson.MarshalExtJSON(doc, false, false)
	if err != nil {
		t.Fatal(err)
	}
	var back bson.Raw
	if err := bson.UnmarshalExtJSON(json, false, &back); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(json)), back
}

func TestPlainDocumentsBecomeWhatTheDriverMakesOfThem(t *testing.T) {
	for _, v := range []any{
		bson.D{},
		bson.D{{Key: "id", Value: "a"}, {Key: "n", Value: int64(1) << 40}, {Key: "i", Value: int32(-1)}, {Key: "zero", Value: int64(0)}},
		bson.D{{Key: "t", Value: bson.DateTime(1)}, {Key: "u", Value: bson.NewDateTimeFromTime(time.Time{})}, {Key: "v", Value: bson.DateTime(lastDate)}},
		bson.D{{Key: "t", Value: bson.DateTime(0)}, {Key: "u", Value: bson.DateTime(-1)}, {Key: "v", Value: bson.DateTime(lastDate + 1)}},
		bson.D{{Key: "t", Value: time.Date(2026, 1, 2, 3, 4, 5, 60_000_000, time.UTC)}, {Key: "whole", Value: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}},
		bson.D{{Key: "", Value: ""}, {Key: "a.b", Value: "é 😀"}, {Key: "yes", Value: true}, {Key: "no", Value: false}, {Key: "nil", Value: nil}},
		bson.D{{Key: "d", Value: bson.D{{Key: "a", Value: bson.A{"x", bson.A{}, bson.D{}, int32(7), nil}}}}, {Key: "e", Value: "$date"}},
	} {
		doc, err := bson.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		wantJSON, wantDoc := slowly(t, doc)
		json, ok := writePlain(nil, doc, 0)
		if !ok || string(json) != wantJSON {
			t.Errorf("got %s (plain: %v), want %s", json, ok, wantJSON)
		}
		back, ok := readPlain(wantJSON)
		if !ok || !bytes.Equal(back, wantDoc) {
			t.Errorf("%s: got %v (plain: %v), want %v", wantJSON, back, ok, wantDoc)
		}
	}
}

func TestWhatIsNotPlainIsLeftToTheDriver(t *testing.T) {
	for _, v := range []any{
		bson.D{{Key: "f", Value: 0.5}}, bson.D{{Key: "o", Value: bson.NewObjectID()}}, bson.D{{Key: "b", Value: []byte{1}}},
		bson.D{{Key: "s", Value: "\""}}, bson.D{{Key: "s", Value: "é\\"}}, bson.D{{Key: "s", Value: "é\n"}}, bson.D{{Key: "s", Value: "\xff"}},
		bson.D{{Key: "s", Value: "\u2028"}}, bson.D{{Key: "a\tb", Value: ""}}, bson.D{{Key: "$a", Value: ""}},
	} {
		doc, err := bson.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if json, ok := writePlain(nil, doc, 0); ok {
			t.Errorf("%v was written as %s", v, json)
		}
	}
	for _, json := range []string{
		``, `{`, `{}x`, ` {}`, `{ }`, `{"a"}`, `{"a":}`, `{"a":1,}`, `{,}`, `{"a":1 }`, `{"a":01}`, `{"a":-0}`, `{"a":1.5}`, `{"a":1e3}`,
		`{"a":12345678901234567890}`, `{"a":"\n"}`, `{"a":tru}`, `{"a":[1,]}`, `{"a":[}`, `{"$a":1}`, `{"a":{"$oid":"x"}}`,
		`{"a":{"$date":"yesterday"}}`, `{"a":{"$date":"2026-01-02T03:04:05+01:00"}}`, `{"a":{"$date":{"$numberLong":"x"}}}`,
		`{"a":{"$date":"2026-01-02T03:04:05Z","b":1}}`, `{"$date":"2026-01-02T03:04:05Z"}`, strings.Repeat(`{"a":`, 100) + "1" + strings.Repeat("}", 100),
	} {
		if doc, ok := readPlain(json); ok {
			t.Errorf("%s was read as %v", json, doc)
		}
	}
}

// FuzzReadPlain compares the fast reader with the driver's: what it reads is the
// same.
func FuzzReadPlain(f *testing.F) {
	f.Add(`{"id":"a","n":5,"t":{"$date":"2026-01-02T03:04:05.006Z"},"l":[true,null,{"x":-1}]}`)
	f.Add(`{"a":{"$date":{"$numberLong":"-62135596800000"}},"b":99999999999}`)
	f.Add(`{"a":{"$date":"2026-01-02T03:04:05.0061Z"},"a":"é"}`)
	f.Fuzz(func(t *testing.T, json string) {
		doc, ok := readPlain(json)
		if !ok {
			return
		}
		var want bson.Raw
		if err := bson.UnmarshalExtJSON([]byte(json), false, &want); err != nil {
			t.Fatalf("%s was read, and the driver says %v", json, err)
		}
		if !bytes.Equal(doc, want) {
			t.Errorf("%s: got %v, want %v", json, doc, want)
		}
	})
}
