package storetest

import (
	"reflect"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/fedhub/fedhub/hub/store"
)

// An account is a record as an older version knows it.
type account struct {
	ID      string            `bson:"id"`
	Name    string            `bson:"name,omitempty"`
	Seen    time.Time         `bson:"seen,omitempty"`
	Home    home              `bson:"home,omitempty"`
	Work    *home             `bson:"work,omitempty"`
	Keys    []key             `bson:"keys,omitempty"`
	Visits  []visit           `bson:"visits,omitempty"`
	Homes   map[string]home   `bson:"homes,omitempty"`
	Labels  map[string]string `bson:"labels,omitempty"`
	Origin  `bson:",inline"`
	Parent  *account `bson:"parent,omitempty"`
	Ignored string   `bson:"-"`
	Plain   string
}

type home struct {
	City string `bson:"city,omitempty"`
	Flat flat   `bson:"flat,omitempty"`
}

type flat struct {
	Door string `bson:"door,omitempty"`
}

type key struct {
	ID   string `bson:"id"`
	Hint string `bson:"hint,omitempty"`
}

type visit struct {
	At string `bson:"at"`
}

// Origin is inlined.
type Origin struct {
	From string `bson:"from,omitempty"`
}

func (a account) Key() string { return a.ID }

// keepsUnknown changes a record of a newer version with an older one.
func keepsUnknown(t *testing.T, database Database) {
	d := newDesk(t, database)
	accounts := store.NewCollection[account](d.Backend, "plain", d.clock.now)
	type m = map[string]any
	for _, c := range []struct {
		name        string
		before, now m
		change      func(*account)
	}{
		{"a field", m{"name": "a", "new": "x"}, m{"name": "b", "new": "x"},
			func(a *account) { a.Name = "b" }},
		{"a known field that is emptied goes", m{"name": "a", "from": "f", "new": m{"deep": []any{"x"}}}, m{"new": m{"deep": []any{"x"}}},
			func(a *account) { a.Name, a.From = "", "" }},
		{"in a document", m{"home": m{"city": "Ulm", "new": int64(1)}}, m{"home": m{"city": "Bonn", "new": int64(1)}},
			func(a *account) { a.Home.City = "Bonn" }},
		{"two levels down", m{"home": m{"flat": m{"door": "1", "new": "x"}}}, m{"home": m{"flat": m{"new": "x"}}},
			func(a *account) { a.Home.Flat.Door = "" }},
		{"in a document that is empty otherwise", m{"home": m{"city": "Ulm", "new": "x"}}, m{"home": m{"new": "x"}},
			func(a *account) { a.Home.City = "" }},
		{"a document that is emptied goes", m{"home": m{"city": "Ulm"}, "new": "x"}, m{"new": "x"},
			func(a *account) { a.Home.City = "" }},
		{"behind a pointer", m{"work": m{"city": "Ulm", "new": "x"}}, m{"work": m{"city": "Bonn", "new": "x"}},
			func(a *account) { a.Work.City = "Bonn" }},
		{"what a pointer held goes with it", m{"work": m{"city": "Ulm", "new": "x"}}, m{},
			func(a *account) { a.Work = nil }},
		{"in a list, by id", m{"keys": []any{m{"id": "1", "hint": "a", "new": "x"}, m{"id": "2", "new": "y"}, m{"id": "3", "new": "z"}}},
			m{"keys": []any{m{"id": "3", "new": "z"}, m{"id": "1", "new": "x"}, m{"id": "4"}}},
			func(a *account) { a.Keys = []key{{ID: "3"}, {ID: "1"}, {ID: "4"}} }},
		{"a list without ids is replaced", m{"visits": []any{m{"at": "a", "new": "x"}}, "new": "x"}, m{"visits": []any{m{"at": "a"}}, "new": "x"},
			func(*account) {}},
		{"in a map", m{"homes": m{"a": m{"city": "Ulm", "new": "x"}, "b": m{"new": "y"}}}, m{"homes": m{"a": m{"new": "x"}}},
			func(a *account) { a.Homes = map[string]home{"a": {}} }},
		{"the entries of a map are known", m{"labels": m{"a": "1", "b": "2"}, "new": "x"}, m{"labels": m{"b": "2"}, "new": "x"},
			func(a *account) { delete(a.Labels, "a") }},
		{"in a type that holds itself", m{"parent": m{"id": "p", "name": "a", "new": "x"}}, m{"parent": m{"id": "p", "new": "x"}},
			func(a *account) { a.Parent.Name = "" }},
		{"a value of another kind", m{"home": "Ulm street", "new": "x"}, nil, func(*account) {}},
	} {
		c.before["id"] = c.name
		must(t, d.Insert(t.Context(), "plain", store.Record{ID: c.name, Doc: document(t, c.before)}))
		err := accounts.Update(t.Context(), c.name, func(a *account) error { c.change(a); return nil })
		if c.now == nil {
			wantRefused(t, c.name, err)
			continue
		}
		must(t, err)
		r, err := d.Get(t.Context(), "plain", c.name)
		must(t, err)
		got := plainly(r.Doc).(m)
		c.now["id"] = c.name
		delete(got, "seen") // a zero time is written out
		for _, a := range []any{got, got["parent"]} {
			if a, ok := a.(m); ok {
				delete(a, "plain")
				delete(a, "seen")
			}
		}
		if want := plainly(document(t, c.now)); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %v, want %v", c.name, got, want)
		}
	}
}

// plainly is a value without the order of its fields.
func plainly(v any) any {
	switch v := v.(type) {
	case bson.Raw:
		var d bson.D
		if err := bson.Unmarshal(v, &d); err != nil {
			return err
		}
		return plainly(d)
	case bson.D:
		out := map[string]any{}
		for _, e := range v {
			if v := plainly(e.Value); !reflect.DeepEqual(v, map[string]any{}) {
				out[e.Key] = v // an empty struct is written out
			}
		}
		return out
	case bson.A:
		out := []any{}
		for _, e := range v {
			out = append(out, plainly(e))
		}
		return out
	}
	return widen(v)
}
