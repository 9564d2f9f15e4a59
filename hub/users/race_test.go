package users_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/fedhub/fedhub/hub/users"
)

// Here something happens exactly between two steps of another call.

// between runs what once, ahead of the next such operation.
func (w *world) between(op, set string, what func()) {
	var mu sync.Mutex
	done := false
	w.memory.before = func(o, s, _ string) error {
		mu.Lock()
		now := !done && o == op && s == set
		done = done || now
		mu.Unlock()
		if now {
			what()
		}
		return nil
	}
}

func TestGuessesAtOnceAreBounded(t *testing.T) {
	w := newWorld(t)
	w.person("ada@example.org")
	var come sync.WaitGroup
	come.Add(100)
	w.memory.before = func(op, set, _ string) error {
		if op == "find" && set == "users" {
			come.Done()
			come.Wait() // nobody's guess is looked at before all have come
		}
		return nil
	}
	looked := 0
	for _, err := range race(100, func(i int) error {
		err := w.signIn("ada@example.org", fmt.Sprint("guess ", i))
		if _, throttled := errors.AsType[*users.Throttled](err); throttled {
			come.Done()
		}
		return err
	}) {
		if errors.Is(err, users.ErrWrongPassword) {
			looked++
		}
	}
	if got, want := looked, 64; got != want {
		t.Errorf("%d guesses were looked at, want %d", got, want)
	}
}

func TestAttemptsNobodyLookedAtAreNotCounted(t *testing.T) {
	w := newWorld(t)
	w.person("ada@example.org")
	w.memory.before = func(op, set, _ string) error {
		if op == "find" && set == "users" {
			return errCrash
		}
		return nil
	}
	for range 20 {
		if got, want := w.signIn("ada@example.org", "wrong"), errCrash; !errors.Is(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
	w.memory.before = nil
	for range 5 {
		if got, want := w.signIn("ada@example.org", "wrong"), users.ErrWrongPassword; !errors.Is(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
	if err := w.signIn("ada@example.org", good); err != nil {
		t.Error(err)
	}
}

func TestARehashDoesNotUndoANewPassword(t *testing.T) {
	w := newWorld(t)
	ada := must[users.User](t)(w.Add(t.Context(), users.NewUser{Email: "ada@example.org", Imported: byBcrypt}))
	w.between("get", "users", func() { must[users.User](t)(w.SetPassword(t.Context(), ada.ID, good)) })
	if err := w.signIn("ada@example.org", foreign); err != nil {
		t.Fatal(err)
	}
	if got, want := w.signIn("ada@example.org", foreign), users.ErrWrongPassword; !errors.Is(got, want) {
		t.Errorf("old password: got %v, want %v", got, want)
	}
	if err := w.signIn("ada@example.org", good); err != nil {
		t.Errorf("new password: %v", err)
	}
}

func TestAPasswordSetWhileATrapIsEmptiedIsGone(t *testing.T) {
	w := newWorld(t)
	trap := must[users.User](t)(w.Add(t.Context(), users.NewUser{Email: "victim@gmail.example", Password: good}))
	evil := users.Claim{Key: "evil", Issuer: "https://evil.example", Subject: "eve"}
	wants(t, must[users.Decision](t)(w.Link(t.Context(), trap, evil, users.Policy{KeyID: "evil", Enabled: true})), "D2", users.Link)
	w.between("take", "identities", func() { must[users.User](t)(w.SetPassword(t.Context(), trap.ID, good)) })
	wants(t, w.match(google("1", "victim@gmail.example"), trusted()), "D6", users.Link)
	if got, want := w.signIn("victim@gmail.example", good), users.ErrWrongPassword; !errors.Is(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestTwoSubjectsOfOneUpstreamAreNotLinkedAtOnce(t *testing.T) {
	w := newWorld(t)
	ada := w.person("ada@gmail.example")
	w.between("insert", "identities", func() {
		wants(t, w.match(google("2", "ada@gmail.example"), trusted()), "D8", users.Link)
	})
	wants(t, w.match(google("1", "ada@gmail.example"), trusted()), "D8", users.Refuse)
	if n := len(must[[]users.Identity](t)(w.ByUser(t.Context(), ada.ID))); n != 1 {
		t.Errorf("%d identities were linked", n)
	}
}
