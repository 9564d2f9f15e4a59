package passkeys

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/lasting"
)

// longestName is the longest name of a passkey, in code points.
const longestName = 60

// cleanName makes a name one line. A bad one is forms.Problems.
func cleanName(name string) (string, error) {
	name = strings.Join(strings.Fields(name), " ")
	if name == "" || utf8.RuneCountInString(name) > longestName || !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) {
		return "", forms.New("name", "passkey.name.bad", "most", longestName)
	}
	return name, nil
}

// Of returns the passkeys of a user, the oldest first.
func (k *Service) Of(ctx context.Context, userID string) ([]Passkey, error) {
	all, err := store.Collect(k.passkeys.EachWhere(ctx, "userId", userID), 0)
	slices.SortStableFunc(all, func(a, b Passkey) int { return a.Created.Compare(b.Created) })
	return all, err
}

// Usable returns the user's passkeys that work at the hub's present host.
func (k *Service) Usable(ctx context.Context, userID string) ([]Passkey, error) {
	all, err := k.Of(ctx, userID)
	return slices.DeleteFunc(all, func(p Passkey) bool { return !k.Here(p) }), err
}

// Any reports whether a user can sign in with a passkey other than besides.
func (k *Service) Any(ctx context.Context, userID, besides string) (bool, error) {
	all, err := k.Usable(ctx, userID)
	return slices.ContainsFunc(all, func(p Passkey) bool { return p.ID != besides }), err
}

// mine returns a passkey of a user; another user's is fs.ErrNotExist.
func (k *Service) mine(ctx context.Context, userID, id string) (Passkey, error) {
	p, err := k.passkeys.Get(ctx, id)
	if err == nil && p.UserID != userID {
		err = fmt.Errorf("passkey of this user: %w", fs.ErrNotExist)
	}
	if err != nil {
		return Passkey{}, err
	}
	return p, nil
}

// Rename gives a user's passkey another name. A bad one is forms.Problems.
func (k *Service) Rename(ctx context.Context, userID, id, name string) (Passkey, error) {
	name, err := cleanName(name)
	if err != nil {
		return Passkey{}, err
	}
	p, err := k.mine(ctx, userID, id)
	if err != nil || p.Name == name {
		return p, err
	}
	err = k.passkeys.Update(ctx, id, func(now *Passkey) error {
		now.Name = name
		p = *now
		return nil
	})
	return p, err
}

// Remove takes a passkey from a user and ends everything issued to the user so
// far, because some of it came by that passkey. The returned user has the new
// session generation. The last way to sign in stays: the error of
// Options.WayIn. Another user's passkey is fs.ErrNotExist.
func (k *Service) Remove(ctx context.Context, userID, id string) (Passkey, users.User, error) {
	if _, err := k.mine(ctx, userID, id); err != nil {
		return Passkey{}, users.User{}, err
	}
	if err := k.wayIn(ctx, userID, id); err != nil {
		return Passkey{}, users.User{}, err
	}
	p, err := k.passkeys.Take(ctx, id)
	if err != nil {
		return Passkey{}, users.User{}, err
	}
	// Of two concurrent removals each saw the other's way to sign in, so check
	// again, and put the passkey back if none is left.
	var u users.User
	if err = k.wayIn(ctx, userID, id); err == nil {
		u, err = k.users.EndEverything(ctx, userID)
	}
	if err != nil {
		return Passkey{}, users.User{}, errors.Join(err, k.passkeys.Insert(lasting.Of(ctx), p))
	}
	return p, u, nil
}

// Withdraw removes a passkey that its user did not add, also if it is the last
// way to sign in, and ends everything issued to the user so far. A passkey that
// is gone is fs.ErrNotExist.
func (k *Service) Withdraw(ctx context.Context, userID, id string) (users.User, error) {
	p, err := k.mine(ctx, userID, id)
	if err != nil {
		return users.User{}, err
	}
	if err := k.passkeys.Delete(ctx, p.ID); err != nil {
		return users.User{}, err
	}
	return k.users.EndEverything(ctx, userID)
}

// RemoveAll deletes every passkey of a user. The caller ends what came by them.
func (k *Service) RemoveAll(ctx context.Context, userID string) error {
	return k.passkeys.DeleteWhere(ctx, "userId", userID)
}
