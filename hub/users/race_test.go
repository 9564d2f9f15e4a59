package users_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/passwords"
	"github.com/fedhub/fedhub/internal/testkit/userstest"
)

// Here something happens exactly between two steps of another call.

func TestGuessesAtOnceAreBounded(t *testing.T) {
	w := newWorld(t)
	w.Person("ada@example.org")
	var come sync.WaitGroup
	come.Add(100)
	w.Memory.Before = func(op, set, _ string) error {
		if op == "find" && set == "users" {
			come.Done()
			come.Wait() // no attempt is checked before all have arrived
		}
		return nil
	}
	looked := 0
	for _, err := range userstest.Race(100, func(i int) error {
		err := w.SignIn("ada@example.org", fmt.Sprint("guess ", i))
		if _, throttled := errors.AsType[*passwords.Throttled](err); throttled {
			come.Done()
		}
		return err
	}) {
		if errors.Is(err, users.ErrWrongPassword) {
			looked++
		}
	}
	if got, want := looked, passwords.AtOnce; got != want {
		t.Errorf("%d guesses were looked at, want %d", got, want)
	}
}

func TestAttemptsNobodyLookedAtAreNotCounted(t *testing.T) {
	w := newWorld(t)
	w.Person("ada@example.org")
	w.Memory.Before = func(op, set, _ string) error {
		if op == "find" && set == "users" {
			return errCrash
		}
		return nil
	}
	for range 20 {
		if got, want := w.SignIn("ada@example.org", "wrong"), errCrash; !errors.Is(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
	w.Memory.Before = nil
	for range 5 {
		if got, want := w.SignIn("ada@example.org", "wrong"), users.ErrWrongPassword; !errors.Is(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
	if err := w.SignIn("ada@example.org", userstest.Good); err != nil {
		t.Error(err)
	}
}

func TestARehashDoesNotUndoANewPassword(t *testing.T) {
	w := newWorld(t)
	ada := must[users.User](t)(w.Add(t.Context(), users.NewUser{Email: "ada@example.org", Imported: byBcrypt}))
	w.Between("get", "users", func() { must[users.User](t)(w.SetPassword(t.Context(), ada.ID, userstest.Good)) })
	if err := w.SignIn("ada@example.org", foreign); err != nil {
		t.Fatal(err)
	}
	if got, want := w.SignIn("ada@example.org", foreign), users.ErrWrongPassword; !errors.Is(got, want) {
		t.Errorf("old password: got %v, want %v", got, want)
	}
	if err := w.SignIn("ada@example.org", userstest.Good); err != nil {
		t.Errorf("new password: %v", err)
	}
}

var errCrash = errors.New("the power went out")
