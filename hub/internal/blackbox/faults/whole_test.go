package faults_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/store"
)

const (
	many = 10_000 // records of each kind
	// mostRead is the maximum number of records for one request, for any amount
	// of data: a page of traces reads 2,000 to find the matching ones.
	mostRead = 2_500
)

// wholly are the sets that are read completely, page by page, with the reason.
var wholly = map[string]string{
	"clients": "the origins of all clients, once when a process starts, beside the requests",
}

// fill adds records of other users to a set, with indexed fields only and without
// a due time.
func fill(t *testing.T, b store.Backend, spec store.CollectionSpec) {
	t.Helper()
	past, far := time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2199, 1, 1, 0, 0, 0, 0, time.UTC)
	var all sync.WaitGroup
	const writers = 200
	for w := range writers {
		all.Go(func() {
			for i := w; i < many; i += writers {
				id := fmt.Sprintf("filled-%05d", i)
				doc := bson.D{{Key: "id", Value: id}}
				for _, field := range append(append([]string{}, spec.Unique...), spec.Index...) {
					if !strings.Contains(field, ".") {
						doc = append(doc, bson.E{Key: field, Value: id})
					}
				}
				for _, field := range spec.Times {
					switch {
					case strings.Contains(field, "."):
					case field == "next", field == "deletionDue":
						doc = append(doc, bson.E{Key: field, Value: far})
					default:
						doc = append(doc, bson.E{Key: field, Value: past})
					}
				}
				raw, err := bson.Marshal(doc)
				if err == nil {
					err = b.Insert(t.Context(), spec.Name, store.Record{ID: id, Doc: raw})
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
}

// For any amount of data, no request and no background job reads all records of a
// kind.
func TestNothingReadsAllOfAKind(t *testing.T) {
	if testing.Short() {
		t.Skip("it fills a database")
	}
	f := newFaulty(t)
	ada := f.keptForPages(t)
	for _, spec := range hub.Sets() {
		if hubtest.FewByNature(spec.Name) == "" {
			fill(t, f.Backend, spec)
		}
	}
	f.skip(time.Minute) // caches expire
	f.Hub.Chores(t.Context())
	stranger := f.Browser()
	for _, r := range f.Hub.Routes() {
		for who, b := range map[string]*hubtest.Browser{"a stranger": stranger, "an administrator": ada.b} {
			req, err := http.NewRequestWithContext(t.Context(), r.Method, f.URL+filled(ada, r.Path), strings.NewReader(url.Values{"q": {"filled"}}.Encode()))
			hubtest.Done(t, err)
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			req.Header.Set("Origin", "https://made-up.example")
			cost := f.Asked.OfRequests(func() { b.Read(b.Do(req)) })
			if cost.Records > mostRead {
				t.Errorf("%s %s, asked by %s, reads %d records", r.Method, r.Path, who, cost.Records)
			}
		}
	}
	hubtest.Want(t, "a round of the monitor", ada.b.Submit(ada.b.Open("/admin"), "/admin/check").Status, http.StatusOK)
	f.Hub.Chores(t.Context())
	for set, n := range f.Asked.Beside() {
		if n >= many && wholly[set] == "" {
			t.Errorf("beside the requests %d records of %s are read", n, set)
		}
	}
}

// filled fills in the parameters of a route.
func filled(ada exampled, route string) string {
	path := ada.path(route)
	return strings.NewReplacer(":id", ada.app, ":decision", "approve", "*file", "a").Replace(path)
}
