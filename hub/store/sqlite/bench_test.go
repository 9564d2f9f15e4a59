package sqlite

import (
	"context"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/store"
	"go.mongodb.org/mongo-driver/v2/bson"
)

// A record of the size that sessions and grants have, with two indexes.
type session300 struct {
	ID      string    `bson:"id"`
	User    string    `bson:"user"`
	SID     string    `bson:"sid"`
	Created time.Time `bson:"created"`
	Expires time.Time `bson:"expires"`
	Agent   string    `bson:"agent"`
	Methods []string  `bson:"methods"`
	Count   int64     `bson:"count"`
}

func benchDB(b *testing.B) *DB {
	b.Helper()
	d, err := Open(filepath.Join(b.TempDir(), "hub.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { d.Close(context.Background()) })
	err = d.Prepare(b.Context(), []store.Spec{{Name: "sessions", Unique: []string{"sid"}, Index: []string{"user"}}})
	if err != nil {
		b.Fatal(err)
	}
	return d
}

func benchRecord(n int64) store.Record {
	id := fmt.Sprintf("%016x%016x", uint64(n)*0x9E3779B97F4A7C15, n)
	now := time.Now()
	doc, _ := bson.Marshal(session300{
		ID: id, User: "u" + id[:3], SID: id, Created: now, Expires: now.Add(time.Hour),
		Agent: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36", Methods: []string{"pwd", "otp"}, Count: n,
	})
	return store.Record{ID: id, Expires: now.Add(time.Hour), Doc: doc}
}

func BenchmarkInsert(b *testing.B) {
	for _, callers := range []int{1, 8, 64, 256} {
		b.Run(fmt.Sprint(callers), func(b *testing.B) {
			d := benchDB(b)
			var n atomic.Int64
			b.SetParallelism((callers + 1) / 2)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := d.Insert(context.Background(), "sessions", benchRecord(n.Add(1))); err != nil {
						b.Error(err)
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "writes/s")
		})
	}
}

func BenchmarkGet(b *testing.B) {
	d := benchDB(b)
	const n = 10000
	ids := make([]string, n)
	done := make(chan error, n)
	for i := range n {
		r := benchRecord(int64(i))
		ids[i] = r.ID
		go func() { done <- d.Insert(context.Background(), "sessions", r) }()
	}
	for range n {
		if err := <-done; err != nil {
			b.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	for name, ctx := range map[string]context.Context{"bg": context.Background(), "cancel": ctx} {
		b.Run(name, func(b *testing.B) {
			var k atomic.Int64
			b.SetParallelism(8)
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					i := k.Add(7919) % n
					if _, err := d.Get(ctx, "sessions", ids[i]); err != nil {
						b.Error(err)
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "reads/s")
		})
	}
}
