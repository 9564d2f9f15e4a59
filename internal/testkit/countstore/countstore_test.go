package countstore_test

import (
	"context"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/sqlite"
	"github.com/fedhub/fedhub/internal/testkit/countstore"
	"github.com/fedhub/fedhub/internal/testkit/faultstore"
)

// A slow backend blocks Get until the given number of callers wait.
type slow struct {
	store.Backend
	together *sync.WaitGroup
}

func (s slow) Get(ctx context.Context, set, id string) (store.Record, error) {
	s.together.Done()
	s.together.Wait()
	return s.Backend.Get(ctx, set, id)
}

func open(t *testing.T) store.Backend {
	t.Helper()
	db, err := sqlite.Open(filepath.Join(t.TempDir(), "hub.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close(context.Background()) }) //nolint:errcheck // the test is over
	if err := db.Prepare(t.Context(), []store.CollectionSpec{{Name: "notes", Index: []string{"owner"}}}); err != nil {
		t.Fatal(err)
	}
	doc, err := bson.Marshal(bson.M{"owner": "ada"})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"a", "b"} {
		if err := db.Insert(t.Context(), "notes", store.Record{ID: id, Doc: doc}); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

func TestWhatRequestsAskIsCountedForThem(t *testing.T) {
	s := countstore.Over(open(t))
	request := faultstore.Request(t.Context())
	var requests countstore.Cost
	all := s.Of(func() {
		requests = s.OfRequests(func() {
			s.Get(request, "notes", "a")                                                              //nolint:errcheck // only counted
			s.Find(request, "notes", store.Query{Field: "owner", Equals: "ada", Limit: 5})            //nolint:errcheck // only counted
			s.Count(request, "notes", store.Query{Limit: 5})                                          //nolint:errcheck // only counted
			s.Delete(request, "notes", "b")                                                           //nolint:errcheck // only counted
			s.Find(t.Context(), "notes", store.Query{Field: "owner", Equals: "ada", Limit: 5})        //nolint:errcheck // only counted
			s.Insert(context.WithoutCancel(request), "notes", store.Record{ID: "c", Doc: bson.Raw{}}) //nolint:errcheck // only counted
		})
	})
	if want := (countstore.Cost{Reads: 3, Writes: 2, Rounds: 5, Records: 3}); requests != want {
		t.Errorf("of requests: got %+v, want %+v", requests, want)
	}
	if want := (countstore.Cost{Reads: 4, Writes: 2, Rounds: 6, Records: 4}); all != want {
		t.Errorf("of all: got %+v, want %+v", all, want)
	}
}

func TestWhatIsAskedTogetherIsOneRound(t *testing.T) {
	var together sync.WaitGroup
	together.Add(3)
	s := countstore.Over(slow{open(t), &together})
	cost := s.Of(func() {
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() { s.Get(t.Context(), "notes", "a") }) //nolint:errcheck // only counted
		}
		all.Wait()
	})
	if want := (countstore.Cost{Reads: 3, Rounds: 1, Records: 3}); cost != want {
		t.Errorf("got %+v, want %+v", cost, want)
	}
}

func TestAQuestionWithoutALimitIsNamed(t *testing.T) {
	s := countstore.Over(open(t))
	for _, q := range []store.Query{{Limit: 1}, {}, {Field: "owner", Equals: "ada", Limit: 1}, {Field: "owner", Equals: "ada"}} {
		if _, err := s.Find(t.Context(), "notes", q); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := s.Unbounded(), []string{"notes", "notes owner"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
