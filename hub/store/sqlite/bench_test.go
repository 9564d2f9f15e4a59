package sqlite_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/sqlite"
)

// Callers: as many as there are, one fsync should serve them all.
func BenchmarkInsert(b *testing.B) {
	for _, callers := range []int{2, 8, 64, 256} {
		b.Run(fmt.Sprint("callers=", callers), func(b *testing.B) {
			d := benchDB(b)
			var next atomic.Int64
			measure(b, callers, "writes/s", func() error {
				return d.Insert(context.Background(), "visits", benchRecord(b, next.Add(1)))
			})
		})
	}
}

func BenchmarkReplace(b *testing.B) {
	for _, callers := range []int{2, 64} {
		b.Run(fmt.Sprint("callers=", callers), func(b *testing.B) {
			d := benchDB(b)
			records := fill(b, d, 1000)
			var next atomic.Int64
			measure(b, callers, "writes/s", func() error {
				n := next.Add(1) - 1
				r := records[n%int64(len(records))]
				r.Version += n / int64(len(records))
				// A caller may overtake the one before it on the same record.
				if err := d.Replace(context.Background(), "visits", r); err != nil && err != store.ErrLost {
					return err
				}
				return nil
			})
		})
	}
}

func BenchmarkGet(b *testing.B) {
	d := benchDB(b)
	records := fill(b, d, 10000)
	ctx, cancel := context.WithCancel(context.Background()) // as a request has
	defer cancel()
	var next atomic.Int64
	measure(b, 16, "reads/s", func() error {
		_, err := d.Get(ctx, "visits", records[next.Add(7919)%int64(len(records))].ID)
		return err
	})
}

func BenchmarkFind(b *testing.B) {
	d := benchDB(b)
	fill(b, d, 10000)
	var next atomic.Int64
	measure(b, 16, "queries/s", func() error {
		_, err := d.Find(context.Background(), "visits", store.Query{
			Field: "user", Equals: fmt.Sprintf("user%03d", next.Add(1)%1000), Limit: 10,
		})
		return err
	})
}

// measure runs step from about this many goroutines at once.
func measure(b *testing.B, callers int, unit string, step func() error) {
	b.SetParallelism(max(callers/2, 1))
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := step(); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), unit)
}

// A visit has the size and the indexes of what a sign-in writes.
type visit struct {
	ID      string    `bson:"id"`
	User    string    `bson:"user"`
	SID     string    `bson:"sid"`
	Created time.Time `bson:"created"`
	Agent   string    `bson:"agent"`
	Methods []string  `bson:"methods"`
	Count   int64     `bson:"count"`
}

func benchDB(b *testing.B) *sqlite.DB {
	b.Helper()
	d, err := sqlite.Open(filepath.Join(b.TempDir(), "hub.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { d.Close(context.Background()) })
	visits := store.CollectionSpec{Name: "visits", Unique: []string{"sid"}, Index: []string{"user"}}
	if err := d.Prepare(b.Context(), []store.CollectionSpec{visits}); err != nil {
		b.Fatal(err)
	}
	return d
}

func benchRecord(b *testing.B, n int64) store.Record {
	// Multiplied so that ids come in no order, as hashes do.
	id := fmt.Sprintf("%016x%016x", uint64(n)*0x9E3779B97F4A7C15, n)
	now := time.Now()
	doc, err := bson.Marshal(visit{
		ID: id, User: fmt.Sprintf("user%03d", n%1000), SID: id, Created: now,
		Agent: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36", Methods: []string{"pwd", "otp"}, Count: n,
	})
	if err != nil {
		b.Fatal(err)
	}
	return store.Record{ID: id, Expires: now.Add(time.Hour), Doc: doc}
}

func fill(b *testing.B, d *sqlite.DB, n int) []store.Record {
	b.Helper()
	records := make([]store.Record, n)
	var all sync.WaitGroup
	for i := range records {
		records[i] = benchRecord(b, int64(i))
		all.Go(func() {
			err := d.Insert(context.Background(), "visits", records[i])
			if err == nil {
				records[i], err = d.Get(context.Background(), "visits", records[i].ID)
			}
			if err != nil {
				b.Error(err)
			}
		})
	}
	all.Wait()
	return records
}
