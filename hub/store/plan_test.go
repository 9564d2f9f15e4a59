package store_test

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/fedhub/fedhub/hub/store"
)

// renamed is an upgrade that calls the kind of a note its sort.
func renamed(doc bson.Raw) (bson.Raw, error) {
	v, err := doc.LookupErr("kind")
	if err != nil {
		return nil, nil
	}
	kind, ok := v.StringValueOK()
	if !ok {
		return nil, errors.New("its kind is no text")
	}
	return bson.Marshal(bson.D{{Key: "id", Value: doc.Lookup("id").StringValue()}, {Key: "sort", Value: kind}})
}

func TestAnUpgradeIsForeseenAndNothingChanges(t *testing.T) {
	g, notes := damagedNotes(t) // of "b" the kind is a number
	schema := store.Schema{Major: 1, Upgrades: []store.Upgrade{{Set: "notes", Change: renamed}}}
	for range 2 { // it comes to the same the second time, for nothing was changed
		got, err := schema.Foresee(t.Context(), g.Backend, []store.CollectionSpec{{Name: "notes"}})
		want := []store.Forecast{{Set: "notes", Records: 3, Changes: 2, Fails: []store.Damage{{Set: "notes", ID: "b"}}}}
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, %v; want %+v", got, err, want)
		}
	}
	if err := notes.Delete(t.Context(), "b"); err != nil {
		t.Fatal(err)
	}
	if err := schema.Prepare(t.Context(), g.Backend, []store.CollectionSpec{{Name: "notes"}}, time.Now); err != nil {
		t.Fatal(err)
	}
	if got, err := schema.Foresee(t.Context(), g.Backend, []store.CollectionSpec{{Name: "notes"}}); err != nil || len(got) > 0 {
		t.Errorf("when it has run: got %+v, %v", got, err)
	}
	if _, err := (store.Schema{}).Foresee(t.Context(), g.Backend, []store.CollectionSpec{{Name: "notes"}}); !errors.Is(err, store.ErrNewer) {
		t.Errorf("an older program: got %v", err)
	}
}
