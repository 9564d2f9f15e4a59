package trustedbrowsers_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/sqlite"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/trustedbrowsers"
)

const life = 30 * 24 * time.Hour

var ada = users.User{ID: "ada", SessionGeneration: 3}

func newService(t *testing.T, now *time.Time) *trustedbrowsers.Service {
	t.Helper()
	db, err := sqlite.Open(filepath.Join(t.TempDir(), "fedhub.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close(context.Background()) })
	if err := db.Prepare(t.Context(), []store.CollectionSpec{{Name: "trustedbrowsers", Index: []string{"userId"}}}); err != nil {
		t.Fatal(err)
	}
	clock := func() time.Time { return *now }
	return &trustedbrowsers.Service{Set: store.NewCollection[trustedbrowsers.Browser](db, "trustedbrowsers", clock), Now: clock}
}

func TestWhoseTokenIsGood(t *testing.T) {
	for what, row := range map[string]struct {
		user  users.User
		later time.Duration
		life  time.Duration
		name  string
		good  bool
	}{
		"the user's":                        {ada, time.Hour, life, "", true},
		"another user's":                    {users.User{ID: "bob", SessionGeneration: 3}, time.Hour, life, "", false},
		"after a password change":           {users.User{ID: "ada", SessionGeneration: 4}, time.Hour, life, "", false},
		"after its life":                    {ada, life, life, "", false},
		"after a shorter life of today":     {ada, 25 * time.Hour, 24 * time.Hour, "", false},
		"under another name than its own":   {ada, time.Hour, life, "other", false},
		"while it is shorter than it lives": {ada, 23 * time.Hour, 24 * time.Hour, "", true},
	} {
		now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
		s := newService(t, &now)
		name, token, err := s.Trust(t.Context(), ada, trustedbrowsers.From{}, life)
		if err != nil {
			t.Fatal(err)
		}
		now = now.Add(row.later)
		if row.name != "" {
			name = row.name
		}
		_, next, err := s.Use(t.Context(), row.user, name, token, trustedbrowsers.From{}, row.life)
		if (err == nil) != row.good || err != nil && !errors.Is(err, trustedbrowsers.ErrUntrusted) || row.good && next == token {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestATokenWorksOnceAndAnOldOneEndsTheTrust(t *testing.T) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	s := newService(t, &now)
	name, first, err := s.Trust(t.Context(), ada, trustedbrowsers.From{}, life)
	if err != nil {
		t.Fatal(err)
	}
	var in atomic.Int32
	var second atomic.Value
	var all sync.WaitGroup
	for range 32 {
		all.Go(func() {
			if _, next, err := s.Use(t.Context(), ada, name, first, trustedbrowsers.From{}, life); err == nil {
				in.Add(1)
				second.Store(next)
			}
		})
	}
	all.Wait()
	if in.Load() != 1 {
		t.Fatalf("%d of 32 used one token", in.Load())
	}
	next, _ := second.Load().(string)
	if _, next, err = s.Use(t.Context(), ada, name, next, trustedbrowsers.From{}, life); err != nil {
		t.Fatalf("the next token: %v", err)
	}
	if _, _, err := s.Use(t.Context(), ada, name, first, trustedbrowsers.From{}, life); !errors.Is(err, trustedbrowsers.ErrCopied) {
		t.Errorf("a token of before: %v", err)
	}
	if _, _, err := s.Use(t.Context(), ada, name, next, trustedbrowsers.From{}, life); !errors.Is(err, trustedbrowsers.ErrUntrusted) {
		t.Errorf("the good one after that: %v", err)
	}
	if left, err := s.Of(t.Context(), ada); err != nil || len(left) != 0 {
		t.Errorf("left: %+v, %v", left, err)
	}
}

func TestAUserTrustsOnlySoMany(t *testing.T) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	s := newService(t, &now)
	for range trustedbrowsers.Most + 3 {
		if _, _, err := s.Trust(t.Context(), ada, trustedbrowsers.From{}, life); err != nil {
			t.Fatal(err)
		}
		now = now.Add(time.Second)
	}
	if all, err := s.Of(t.Context(), ada); err != nil || len(all) != trustedbrowsers.Most {
		t.Errorf("%d, %v", len(all), err)
	}
}
