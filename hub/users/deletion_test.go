package users_test

import (
	"errors"
	"io/fs"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/testkit/userstest"
)

// Two administrators who leave at once do not leave the hub without one.
func TestOneAdministratorStaysHoweverManyLeaveAtOnce(t *testing.T) {
	userstest.OnEachEngine(t, func(t *testing.T, b store.Backend) {
		w := userstest.On(t, b)
		ids := []string{w.Person("one@example.org", users.AdminRole).ID, w.Person("two@example.org", users.AdminRole).ID}
		for _, err := range userstest.Race(len(ids), func(i int) error {
			_, err := w.RequestDeletion(t.Context(), ids[i], w.Now().Add(time.Hour))
			return err
		}) {
			if err != nil && !errors.Is(err, users.ErrLastAdmin) {
				t.Errorf("got %v", err)
			}
		}
		stay := 0
		for _, id := range ids {
			if u, err := w.Get(t.Context(), id); err != nil || !u.Leaving() {
				stay++
			}
		}
		if stay == 0 {
			t.Error("nobody stays")
		}
	})
}

func TestADeletionIsFoundWhenItIsDue(t *testing.T) {
	userstest.OnEachEngine(t, func(t *testing.T, b store.Backend) {
		if _, simple := b.(*userstest.Memory); simple {
			t.Skip("it has no ranges")
		}
		w := userstest.On(t, b)
		ctx := t.Context()
		ada := w.Person("ada@example.org")
		w.Person("bob@example.org")
		asked, err := w.RequestDeletion(ctx, ada.ID, w.Now().Add(time.Hour))
		if err != nil || !asked.Leaving() || asked.SessionGeneration != ada.SessionGeneration+1 {
			t.Fatalf("got %+v, %v", asked, err)
		}
		again, err := w.RequestDeletion(ctx, ada.ID, w.Now().Add(2*time.Hour))
		if err != nil || !again.DeletionDue.Equal(asked.DeletionDue) {
			t.Errorf("asking again moves it: %v, %v", again.DeletionDue, err)
		}
		if due, err := w.DueForDeletion(ctx, 10); err != nil || len(due) != 0 {
			t.Errorf("due at once: %v, %v", due, err)
		}
		if _, err := w.BeginDeletion(ctx, ada.ID); !errors.Is(err, users.ErrNotLeaving) {
			t.Errorf("begun at once: %v", err)
		}
		w.Pass(time.Hour + 3*time.Minute)
		if due, err := w.DueForDeletion(ctx, 10); err != nil || len(due) != 1 || due[0].ID != ada.ID {
			t.Errorf("due: %v, %v", due, err)
		}
		if _, err := w.CancelDeletion(ctx, ada.ID); !errors.Is(err, users.ErrNotLeaving) {
			t.Errorf("cancelled too late: %v", err)
		}
		for range 2 { // again after a crash
			if begun, err := w.BeginDeletion(ctx, ada.ID); err != nil && !errors.Is(err, store.ErrUnchanged) || !begun.Disabled {
				t.Errorf("got %+v, %v", begun, err)
			}
		}
		for _, want := range []bool{true, false} {
			if done, err := w.Remove(ctx, ada.ID); err != nil || done != want {
				t.Errorf("removed %v, want %v: %v", done, want, err)
			}
		}
		if _, err := w.Get(ctx, ada.ID); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("got %v", err)
		}
	})
}
