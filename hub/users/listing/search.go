package listing

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"

	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/emailaddr"
)

// searched is how many users one page of a search by name scans. The next page
// continues after them, so every user can be found.
const searched = 5000

// Search returns up to limit users that match the text, after the user `after`,
// and where the next page continues; empty if there is none. The text is an id,
// a provider's subject, the beginning of an address, or part of a name or
// address. An empty text matches all.
func (k *Service) Search(ctx context.Context, text, after string, limit int) (found []users.User, next string, err error) {
	if text = strings.TrimSpace(text); text == "" {
		found, err = k.Users.Everyone(ctx, after, limit)
		if len(found) == limit && err == nil {
			next = found[limit-1].ID
		}
		return found, next, err
	}
	if after == "" {
		if found, err = k.direct(ctx, text, limit); err != nil {
			return nil, "", err
		}
	}
	return k.scan(ctx, found, text, after, limit)
}

// direct finds matches by an index. They come first.
func (k *Service) direct(ctx context.Context, text string, limit int) ([]users.User, error) {
	plain, _ := emailaddr.Fold(text)
	found, err := k.Users.List(ctx, plain, users.User{}, limit)
	if err != nil {
		return nil, err
	}
	ids := []string{text}
	if k.BySubject != nil {
		linked, err := k.BySubject(ctx, text, limit)
		if err != nil {
			return nil, err
		}
		ids = append(ids, linked...)
	}
	for _, id := range ids {
		u, err := k.Users.Get(ctx, id)
		if err == nil && !slices.ContainsFunc(found, func(f users.User) bool { return f.ID == u.ID }) {
			found = append(found, u)
		} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	return found, nil
}

// scan adds users with the text in their name or address.
func (k *Service) scan(ctx context.Context, found []users.User, text, after string, limit int) ([]users.User, string, error) {
	const page = 500
	for seen := 0; seen < searched; seen += page {
		some, err := k.Users.Everyone(ctx, after, page)
		if err != nil {
			return nil, "", err
		}
		for _, u := range some {
			if len(found) >= limit {
				return found, after, nil
			}
			after = u.ID
			if mentions(u, text) && !slices.ContainsFunc(found, func(f users.User) bool { return f.ID == u.ID }) {
				found = append(found, u)
			}
		}
		if len(some) < page {
			return found, "", nil
		}
	}
	return found, after, nil
}

// mentions reports whether a name or the address contains the text, in any
// case.
func mentions(u users.User, text string) bool {
	text, _ = emailaddr.Fold(text)
	for _, said := range []string{u.Name, u.Email, u.Username, u.GivenName + " " + u.FamilyName} {
		if said, _ = emailaddr.Fold(said); text != "" && strings.Contains(said, text) {
			return true
		}
	}
	return false
}
