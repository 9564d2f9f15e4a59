package store

import (
	"reflect"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// The extra cost of an update without unknown fields, the normal case.
func BenchmarkKeep(b *testing.B) {
	type part struct {
		ID   string `bson:"id"`
		Text string `bson:"text"`
	}
	type record struct {
		ID    string    `bson:"id"`
		User  string    `bson:"user"`
		Parts []part    `bson:"parts"`
		At    time.Time `bson:"at"`
		One   part      `bson:"one"`
	}
	doc, err := bson.Marshal(record{Parts: make([]part, 5)})
	if err != nil {
		b.Fatal(err)
	}
	known := shapeOf(reflect.TypeFor[record]())
	b.ReportAllocs()
	for b.Loop() {
		if _, err := known.keep(doc, doc); err != nil {
			b.Fatal(err)
		}
	}
}
