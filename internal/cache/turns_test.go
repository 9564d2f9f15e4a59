package cache_test

import (
	"testing"
	"time"

	"github.com/fedhub/fedhub/internal/cache"
)

func TestAChoreIsOneCallersForAWhile(t *testing.T) {
	turns, at := cache.NewTurns(), time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)
	for i, row := range []struct {
		chore string
		after time.Duration
		want  bool
	}{
		{"sweep", 0, true}, {"sweep", 0, false}, {"dust", 0, true}, {"sweep", time.Hour - 1, false}, {"sweep", time.Hour, true}, {"sweep", time.Hour, false},
	} {
		if got := turns.Take(row.chore, at.Add(row.after), time.Hour); got != row.want {
			t.Errorf("call %d: got %v, want %v", i+1, got, row.want)
		}
	}
}
