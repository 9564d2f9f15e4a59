// Package listing lists users: in an order, by a filter, or by a search. Every
// list is read page by page from an index.
package listing

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"strings"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/emailaddr"
)

// A Service lists users.
type Service struct {
	Users *users.Service
	Set   *store.Collection[users.User]
	// BySubject returns up to limit users with this subject at a provider;
	// Search uses it. It may be nil.
	BySubject func(ctx context.Context, subject string, limit int) (userIDs []string, err error)
}

// Complete sets the keys of a user who is about to be stored.
func Complete(u *users.User) { u.ListKeys = KeysOf(*u) }

// maxNameKey bounds an index entry, in bytes.
const maxNameKey = 200

// KeysOf computes the keys of a user.
func KeysOf(u users.User) users.ListKeys {
	name := strings.TrimSpace(cmp.Or(u.Name, u.Email, u.Username, u.ID))
	if folded, ok := emailaddr.Fold(name); ok {
		name = folded
	}
	for len(name) > maxNameKey {
		runes := []rune(name)
		name = string(runes[:len(runes)-1])
	}
	keys := users.ListKeys{NameKey: cmp.Or(name, u.ID)}
	if u.Disabled {
		keys.DisabledKey = keys.NameKey
	}
	if !u.EmailVerified {
		keys.UnverifiedKey = keys.NameKey
	}
	return keys
}

// Orders and filters of a list.
const (
	ByName         = ""
	Newest         = "newest"
	OnlyDisabled   = "disabled"
	OnlyUnverified = "unverified"
)

// listed is the index of an order or filter.
func listed(which string) (field string, desc, ok bool) {
	switch which {
	case ByName:
		return "nameKey", false, true
	case Newest:
		return "created", true, true
	case OnlyDisabled:
		return "disabledKey", false, true
	case OnlyUnverified:
		return "unverifiedKey", false, true
	}
	return "", false, false
}

// Browse returns up to limit users in an order, or those of a filter in the
// order of names, after the user with the id `after`.
func (k *Service) Browse(ctx context.Context, which, after string, limit int) ([]users.User, error) {
	field, desc, ok := listed(which)
	if !ok {
		return nil, nil
	}
	q := store.Query{Field: field, Desc: desc, Limit: limit}
	if after != "" {
		last, err := k.Users.Get(ctx, after)
		switch {
		case errors.Is(err, fs.ErrNotExist): // deleted meanwhile: from the beginning
		case err != nil:
			return nil, err
		case field == "created":
			q.After, q.AfterValue = last.ID, last.Created
		default:
			q.After, q.AfterValue = last.ID, last.NameKey // the keys are equal
		}
	}
	return k.Set.List(ctx, q)
}

// CountOf counts the users of a filter, up to most.
func (k *Service) CountOf(ctx context.Context, which string, most int) (int, error) {
	field, _, ok := listed(which)
	if !ok || which == ByName || which == Newest {
		return k.Users.Count(ctx, most)
	}
	return k.Set.Count(ctx, store.Query{Field: field}, most)
}
