package users

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/fedhub/fedhub/hub/store"
)

// A RemovedID is the id of a user who was deleted. It is kept for ever and says
// nothing else: an id is the subject that applications know a user by, so it
// must never name another user (OIDC Core §5.7). Ids of new users are random;
// those of imports come from another system, which may use one again.
type RemovedID struct {
	ID      string    `bson:"id"`
	Removed time.Time `bson:"removed"`
}

// Key is the user's id.
func (r RemovedID) Key() string { return r.ID }

// Leaving reports whether the user asked for the deletion of the account. Until
// it is deleted the account is closed to applications; the user can sign in and
// cancel.
func (u User) Leaving() bool { return !u.DeletionDue.IsZero() }

// administers reports whether the user counts as an administrator of the hub,
// of whom one must stay.
func (u User) administers() bool { return u.OwnAdmin() && !u.Disabled && !u.Leaving() }

// ErrNotLeaving means that no deletion was requested, or that it is too late to
// cancel it.
var ErrNotLeaving = errors.New("no deletion of this account is pending")

// deletionMargin is how long a deletion starts after it is due: a cancellation
// at a machine whose clock is behind must not come after it.
const deletionMargin = 2 * time.Minute

// RequestDeletion notes that the user wants the account to be deleted, and
// ends everything issued so far. The last administrator cannot: ErrLastAdmin.
func (k *Service) RequestDeletion(ctx context.Context, id string, due time.Time) (User, error) {
	return k.changeAdmin(ctx, id, func(u *User) error {
		if u.Leaving() {
			return store.ErrUnchanged
		}
		u.DeletionAsked, u.DeletionDue = k.now(), due.UTC().Truncate(time.Millisecond)
		u.SessionGeneration++
		return nil
	})
}

// CancelDeletion keeps the account.
func (k *Service) CancelDeletion(ctx context.Context, id string) (User, error) {
	return k.Change(ctx, id, func(u *User) error {
		if !u.Leaving() || !k.now().Before(u.DeletionDue) {
			return ErrNotLeaving
		}
		u.DeletionAsked, u.DeletionDue = time.Time{}, time.Time{}
		return nil
	})
}

// DueForDeletion returns up to limit users whose deletion is due.
func (k *Service) DueForDeletion(ctx context.Context, limit int) ([]User, error) {
	return k.users.Find(ctx, store.Query{Field: "deletionDue", Below: k.now().Add(-deletionMargin), Limit: limit})
}

// BeginDeletion disables a user whose deletion is due, in one write with the
// check that it was not cancelled: ErrNotLeaving. The last administrator stays:
// ErrLastAdmin.
func (k *Service) BeginDeletion(ctx context.Context, id string) (User, error) {
	return k.changeAdmin(ctx, id, func(u *User) error {
		switch {
		case !u.Leaving() || k.now().Before(u.DeletionDue.Add(deletionMargin)):
			return ErrNotLeaving
		case u.Disabled:
			return store.ErrUnchanged // begun before, or disabled by an administrator
		}
		u.Disabled = true
		u.SessionGeneration++
		return nil
	})
}

// Remove deletes a disabled user and reports whether this call did. A disabled
// user is not the last administrator. It is no error if the user is gone.
//
// The id is noted first, so it is never free.
func (k *Service) Remove(ctx context.Context, id string) (done bool, err error) {
	u, err := k.users.Get(ctx, id)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err == nil && !u.Disabled {
		err = fmt.Errorf("remove a user: %s is not disabled", id)
	}
	if err != nil {
		return false, err
	}
	err = k.removed.Insert(ctx, RemovedID{ID: id, Removed: k.now()})
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return false, err
	}
	err = k.users.Delete(ctx, id)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// wasRemoved reports whether a user with this id was deleted.
func (k *Service) wasRemoved(ctx context.Context, id string) (bool, error) {
	return k.removed.Has(ctx, id)
}
