package storetest

import (
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/fedhub/fedhub/hub/store"
)

// fields stores one document with every type of value and expects the same values
// back. Numbers may change their width, never their value.
func fields(t *testing.T, database Database) {
	d := newDesk(t, database)
	id := bson.NewObjectID()
	for name, v := range map[string]any{
		"int32":            int32(-7),
		"int64":            int64(1) << 40,
		"largest":          int64(math.MaxInt64),
		"smallest":         int64(math.MinInt64),
		"beyond a float":   int64(1)<<53 + 1,
		"float":            3.25,
		"float of integer": 5.0,
		"tiny":             5e-324,
		"huge":             math.MaxFloat64,
		"infinite":         math.Inf(-1),
		"true":             true,
		"null":             nil,
		"text":             "plain",
		"empty text":       "",
		"odd text":         "quote \" back \\ nul \x00 tab \t <&> \u2028 \U0001F600 \u00e9 {\"$oid\": 1}",
		"time":             bson.DateTime(1_700_000_000_123),
		"before 1970":      bson.DateTime(-1),
		"zero time":        bson.NewDateTimeFromTime(time.Time{}),
		"after 9999":       bson.NewDateTimeFromTime(time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC)),
		"binary":           bson.Binary{Data: []byte{0, 1, 0xff}},
		"empty binary":     bson.Binary{Data: []byte{}},
		"object id":        id,
		"document":         bson.D{{Key: "", Value: "empty name"}, {Key: "a.b", Value: "dot"}, {Key: "é$", Value: bson.D{}}},
		"array":            bson.A{"a", int32(1), bson.A{}, bson.D{{Key: "x", Value: nil}}},
		"deep":             deep(30),
	} {
		in := bson.D{{Key: "id", Value: name}, {Key: "v", Value: v}}
		must(t, d.Insert(t.Context(), "plain", store.Record{ID: name, Doc: document(t, in)}))
		r, err := d.Get(t.Context(), "plain", name)
		must(t, err)
		var got bson.D
		must(t, bson.Unmarshal(r.Doc, &got))
		if !reflect.DeepEqual(widen(got), widen(in)) {
			t.Errorf("%s: got %#v, want %#v", name, got, in)
		}
	}
}

func deep(levels int) any {
	var v any = "bottom"
	for range levels {
		v = bson.D{{Key: "d", Value: bson.A{v}}}
	}
	return v
}

// widen makes all integers int64, so that only their values are compared.
func widen(v any) any {
	switch v := v.(type) {
	case int32:
		return int64(v)
	case bson.D:
		out := bson.D{}
		for _, e := range v {
			out = append(out, bson.E{Key: e.Key, Value: widen(e.Value)})
		}
		return out
	case bson.A:
		out := bson.A{}
		for _, e := range v {
			out = append(out, widen(e))
		}
		return out
	}
	return v
}

type everything struct {
	ID      string            `bson:"id"`
	Bool    bool              `bson:"bool"`
	Int     int               `bson:"int"`
	Int64   int64             `bson:"int64"`
	Uint8   uint8             `bson:"uint8"`
	Float   float64           `bson:"float"`
	Time    time.Time         `bson:"time"`
	Zero    time.Time         `bson:"zero"`
	Span    time.Duration     `bson:"span"`
	Bytes   []byte            `bson:"bytes"`
	Texts   []string          `bson:"texts"`
	None    []string          `bson:"none"`
	Empty   []string          `bson:"empty"`
	Map     map[string]string `bson:"map"`
	Nested  nested            `bson:"nested"`
	Pointer *nested           `bson:"pointer"`
	Nil     *nested           `bson:"nil"`
	List    []nested          `bson:"list"`
}

type nested struct {
	A string    `bson:"a"`
	N int64     `bson:"n"`
	T time.Time `bson:"t"`
}

func (e everything) Key() string { return e.ID }

func anyStruct(t *testing.T, database Database) {
	d := newDesk(t, database)
	set := store.NewCollection[everything](d.Backend, "plain", d.clock.now)
	at := time.Date(2026, 7, 1, 23, 59, 59, 999_000_000, time.UTC)
	in := everything{
		ID: "e", Bool: true, Int: -1, Int64: math.MaxInt64, Uint8: 200, Float: 0.1, Time: at, Span: 90 * time.Second,
		Bytes: []byte("\x00\xff"), Texts: []string{"a", "", "é"}, Empty: []string{},
		Map:    map[string]string{"k": "v", "with.dot": "w", "": "empty"},
		Nested: nested{A: "x", N: 1 << 53, T: at}, Pointer: &nested{A: "p"}, List: []nested{{N: 1}, {N: 2}},
	}
	must(t, set.Insert(t.Context(), in))

	got, err := set.Get(t.Context(), "e")
	must(t, err)
	if !reflect.DeepEqual(got, in) {
		t.Errorf("got %+v, want %+v", got, in)
	}
}

func large(t *testing.T, database Database) {
	d := newDesk(t, database)
	for _, size := range []int{1 << 12, 1 << 16, 4 << 20} {
		in := note{ID: "big", Text: strings.Repeat("0123456789abcde\"", size/16)}
		d.insert(t, in)
		got, err := d.notes.Take(t.Context(), "big")
		must(t, err)
		if got.Text != in.Text {
			t.Errorf("%d bytes: got %d bytes back, or others", size, len(got.Text))
		}
	}
}

func oddDocuments(t *testing.T, database Database) {
	d := newDesk(t, database)
	for _, doc := range []bson.D{
		{{Key: "$where", Value: "1"}},
		{{Key: "a", Value: bson.D{{Key: "$date", Value: "2020"}}}},
		{{Key: "a", Value: bson.A{bson.D{{Key: "$oid", Value: "x"}}}}},
	} {
		r := store.Record{ID: "d", Version: 1, Doc: document(t, doc)}
		wantRefused(t, "insert", d.Insert(t.Context(), "plain", r))
		wantRefused(t, "replace", d.Replace(t.Context(), "plain", r))
	}
	for _, odd := range []any{bson.Regex{Pattern: "x"}, bson.JavaScript("x"), bson.MinKey{}, bson.Timestamp{T: 1}, bson.Undefined{}} {
		r := store.Record{ID: "d", Version: 1, Doc: document(t, bson.D{{Key: "a", Value: bson.A{odd}}})}
		wantRefused(t, "an odd type", d.Insert(t.Context(), "plain", r))
	}
	r := store.Record{ID: "d", Version: 1, Doc: document(t, bson.D{{Key: "a", Value: deep(5000)}})}
	wantRefused(t, "a bottomless document", d.Insert(t.Context(), "plain", r))
	wantRefused(t, "no document", d.Insert(t.Context(), "plain", store.Record{ID: "d", Doc: bson.Raw("junk")}))
	wantRefused(t, "nothing", d.Insert(t.Context(), "plain", store.Record{ID: "d"}))
}
