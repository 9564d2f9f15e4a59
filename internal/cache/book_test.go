package cache_test

import (
	"testing"
	"time"

	"github.com/fedhub/fedhub/internal/cache"
)

func TestABookKnowsWhoHasANameAndWhenItIsReadAgain(t *testing.T) {
	var b cache.Book
	at := time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)
	if b.IsFresh(at) || !b.Read().IsZero() || len(b.Of("a")) != 0 {
		t.Error("an empty book knows something")
	}
	b.Add("one", "a", "b")
	b.Add("two", "a")
	b.Done(at, time.Second)
	if len(b.Of("a")) != 2 || len(b.Of("b")) != 1 || !b.Read().Equal(at) {
		t.Errorf("got %q and %q at %v", b.Of("a"), b.Of("b"), b.Read())
	}
	b.Remove("a", "one")
	b.Remove("b", "one")
	if got := b.Of("a"); len(got) != 1 || got[0] != "two" || len(b.Of("b")) != 0 {
		t.Errorf("after removal: %q and %q", got, b.Of("b"))
	}
	if !b.IsFresh(at) || b.IsFresh(at.Add(time.Second)) || b.IsFresh(at.Add(-time.Minute)) {
		t.Error("it is fresh for a second, and not for a clock that was set back")
	}
	if b.Forget(); b.IsFresh(at) {
		t.Error("it is fresh although it was told to forget")
	}
}
