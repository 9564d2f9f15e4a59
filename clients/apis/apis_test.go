package apis_test

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients/apis"
	"github.com/fedhub/fedhub/internal/forms"
)

// memory is a store in memory.
type memory[T interface{ Key() string }] struct {
	mu  sync.Mutex
	all map[string]T
}

func (m *memory[T]) Get(_ context.Context, id string) (T, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, found := m.all[id]
	if !found {
		return v, fs.ErrNotExist
	}
	return v, nil
}

func (m *memory[T]) Insert(_ context.Context, v T) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, found := m.all[v.Key()]; found {
		return fs.ErrExist
	}
	m.all[v.Key()] = v
	return nil
}

func (m *memory[T]) Update(ctx context.Context, id string, change func(*T) error) error {
	v, err := m.Get(ctx, id)
	if err == nil {
		err = change(&v)
	}
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.all[id] = v
	return nil
}

func (m *memory[T]) Delete(_ context.Context, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, found := m.all[id]; !found {
		return fs.ErrNotExist
	}
	delete(m.all, id)
	return nil
}

func (m *memory[T]) Page(_ context.Context, _, _, after string, limit int) (page []T, _ error) {
	for _, id := range slices.Sorted(maps.Keys(m.all)) {
		if id > after && len(page) < limit {
			page = append(page, m.all[id])
		}
	}
	return page, nil
}

func (m *memory[T]) Since(context.Context, string, time.Time) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, v := range m.all {
			if a, ok := any(v).(apis.API); ok && !a.Deleted.IsZero() && !yield(v, nil) {
				return
			}
		}
	}
}

const hub = "https://hub.example.org"

func open() (*apis.Service, *time.Time) {
	now := time.Date(2030, 5, 1, 12, 0, 0, 0, time.UTC)
	return apis.New(apis.Options{Issuer: hub, APIs: &memory[apis.API]{all: map[string]apis.API{}}, Owners: &memory[apis.Owner]{all: map[string]apis.Owner{}},
		Now: func() time.Time { return now }}), &now
}

func codes(err error) string {
	problems, _ := errors.AsType[forms.Problems](err)
	var all []string
	for _, p := range problems {
		all = append(all, p.Code)
	}
	return strings.Join(all, " ")
}

func TestIdentifiersOfAPIs(t *testing.T) {
	s, _ := open()
	for identifier, want := range map[string]string{
		"https://api.example.org": "", "https://api.example.org/mcp?tenant=1": "", "http://localhost:8000/mcp": "", "http://127.0.0.1:1/": "",
		"https://hub.example.org.evil.example": "", " https://trimmed.example.org ": "",
		"": "api.identifier.missing", "http://api.example.org/plain": "api.identifier.plain", "urn:example:api": "api.identifier.bad",
		"https://api.example.org/#part": "api.identifier.bad", "https://API.example.org": "api.identifier.bad", "https://user@api.example.org": "api.identifier.bad",
		"https://api.example.org:443/": "api.identifier.bad", "ftp://api.example.org": "api.identifier.bad",
		hub: "api.identifier.own", hub + "/": "api.identifier.own", hub + "/api": "api.identifier.own", hub + "/api/v1": "api.identifier.own", hub + "?x": "api.identifier.own",
	} {
		if _, err := s.Add(t.Context(), identifier, apis.Edit{Name: "An API"}); codes(err) != want || want == "" && err != nil {
			t.Errorf("%q: got %v", identifier, err)
		}
	}
	for _, twin := range []string{"https://api.example.org", "https://api.example.org/", "http://127.0.0.1:1"} {
		if _, err := s.Add(t.Context(), twin, apis.Edit{Name: "Twice"}); codes(err) != "api.identifier.taken" {
			t.Errorf("%s: got %v", twin, err)
		}
		if a, err := s.Find(t.Context(), twin); err != nil || a.Name != "An API" {
			t.Errorf("%s: found %+v, %v", twin, a, err)
		}
	}
	for _, own := range []string{hub + "/api", hub + "/api/v1"} {
		if a, err := s.Find(t.Context(), own); err != nil || !a.Own() || a.Access != apis.Named {
			t.Errorf("%s: found %+v, %v", own, a, err)
		}
	}
	for _, none := range []string{hub, "https://api.example.org/mcp", "", strings.Repeat("x", 3000), "https://api.example.org?x", "://", "https://"} {
		if a, err := s.Find(t.Context(), none); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%.40s: found %+v, %v", none, a, err)
		}
	}
}

func TestTheRulesOfAPIs(t *testing.T) {
	s, _ := open()
	ctx := t.Context()
	if _, err := s.Add(ctx, "https://a.example.org", apis.Edit{Name: "A", Scopes: []apis.Scope{{Name: "a:read", Text: "Read"}}}); err != nil {
		t.Fatal(err)
	}
	for want, e := range map[string]apis.Edit{
		"api.name.missing": {}, "api.name.bad": {Name: strings.Repeat("x", 500)}, "api.format.bad": {Name: "B", Format: "paseto"},
		"api.life.bad": {Name: "B", Life: time.Second}, "api.access.bad": {Name: "B", Access: "all"},
		"api.scope.bad": {Name: "B", Scopes: []apis.Scope{{Name: "a b"}}}, "api.scope.own": {Name: "B", Scopes: []apis.Scope{{Name: "openid"}}},
		"api.scope.twice": {Name: "B", Scopes: []apis.Scope{{Name: "b"}, {Name: "b"}}}, "api.scope.taken": {Name: "B", Scopes: []apis.Scope{{Name: "a:read"}}},
		"api.scope.text": {Name: "B", Scopes: []apis.Scope{{Name: "b", Text: "two\nlines"}}}, "api.scopes.many": {Name: "B", Scopes: many(101)},
	} {
		if _, err := s.Add(ctx, "https://b.example.org", e); codes(err) != want {
			t.Errorf("%+v: got %v, want %s", e, err, want)
		}
	}
	b, err := s.Add(ctx, "https://b.example.org", apis.Edit{Name: "B", Scopes: []apis.Scope{{Name: "b"}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Change(ctx, b.ID, 0, apis.Edit{Name: "B", Scopes: []apis.Scope{{Name: "a:read"}}}); codes(err) != "api.scope.taken" {
		t.Errorf("a scope of another API: got %v", err)
	}
	if _, _, err := s.Change(ctx, "https://a.example.org", 0, apis.Edit{Name: "A"}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Owner(ctx, "a:read"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the owner of a scope that was removed: got %v", err)
	}
	if _, _, err := s.Change(ctx, b.ID, 0, apis.Edit{Name: "B", Scopes: []apis.Scope{{Name: "a:read"}}}); err != nil {
		t.Errorf("a scope that was removed there: got %v", err)
	}
	if a, err := s.Owner(ctx, "a:read"); err != nil || a.ID != b.ID {
		t.Errorf("its owner: got %+v, %v", a, err)
	}
	_, _, err = s.Change(ctx, b.ID, 0, apis.Edit{Name: "Other"})
	if conflict, ok := errors.AsType[*apis.ConflictError](err); !ok || conflict.Now.Edited != 1 {
		t.Errorf("the second of two changes: got %v", err)
	}
}

func many(n int) (scopes []apis.Scope) {
	for i := range n {
		scopes = append(scopes, apis.Scope{Name: strings.Repeat("x", i+1)})
	}
	return scopes
}

func TestADeletedAPIIsGoneAtOnceAndFreeWhenItsGrantsAre(t *testing.T) {
	s, now := open()
	ctx, id := t.Context(), "https://a.example.org"
	first, err := s.Add(ctx, id, apis.Edit{Name: "A", Scopes: []apis.Scope{{Name: "a"}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Delete(ctx, id); err != nil {
		t.Fatal(err)
	}
	_, find := s.Find(ctx, id)
	_, owner := s.Owner(ctx, "a")
	_, get := s.Get(ctx, id)
	_, twice := s.Delete(ctx, id)
	_, _, change := s.Change(ctx, id, -1, apis.Edit{Name: "B"})
	for what, err := range map[string]error{"found": find, "owner": owner, "shown": get, "deleted": twice, "changed": change} {
		if !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: got %v", what, err)
		}
	}
	if _, err := s.Add(ctx, id+"/", apis.Edit{Name: "A"}); codes(err) != "api.identifier.leaving" {
		t.Errorf("added too early: got %v", err)
	}
	if found, _, err := s.Search(ctx, "", "", 10); err != nil || len(found) > 0 {
		t.Errorf("listed: %v, %v", found, err)
	}
	gone, err := s.Leftovers(ctx)
	if err != nil || len(gone) != 1 {
		t.Fatalf("left: %v, %v", gone, err)
	}
	for range 2 {
		if err := s.Forget(ctx, gone[0]); err != nil {
			t.Fatal(err)
		}
	}
	*now = now.Add(time.Hour)
	later, err := s.Add(ctx, id, apis.Edit{Name: "A", Scopes: []apis.Scope{{Name: "a"}}})
	if err != nil || later.Consent() == first.Consent() || (apis.API{ID: id}).Consent() != id {
		t.Errorf("got %+v, %v", later, err)
	}
}

func TestASearchFindsAPIsByNameAndIdentifier(t *testing.T) {
	s, _ := open()
	for identifier, name := range map[string]string{"https://a.example.org": "Files", "https://b.example.org": "Mail", "https://c.example.org": "More files"} {
		if _, err := s.Add(t.Context(), identifier, apis.Edit{Name: name}); err != nil {
			t.Fatal(err)
		}
	}
	for _, row := range []struct{ text, after, want, next string }{
		{"FILES", "", "Files,More files", ""}, {"b.example", "", "Mail", ""}, {"", "", "Files,Mail", "https://b.example.org"}, {"", "https://b.example.org", "More files", ""},
	} {
		found, next, err := s.Search(t.Context(), row.text, row.after, 2)
		var names []string
		for _, a := range found {
			names = append(names, a.Name)
		}
		if err != nil || strings.Join(names, ",") != row.want || next != row.next {
			t.Errorf("%+v: got %v, %q, %v", row, names, next, err)
		}
	}
}

func TestScopesAreReadAsTheyAreTyped(t *testing.T) {
	lines := []string{"files:read = Read your files", "files", "  ", "a=b=c"}
	got := apis.ReadScopes(lines)
	want := []apis.Scope{{Name: "files:read", Text: "Read your files"}, {Name: "files"}, {Name: "a", Text: "b=c"}}
	if !slices.Equal(got, want) || got[0].Typed() != lines[0] || got[1].Typed() != "files" {
		t.Errorf("got %+v", got)
	}
}
