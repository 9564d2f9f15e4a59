package apis

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/fedhub/fedhub/internal/scan"
)

// An Edit is what an administrator sets of an API.
type Edit struct {
	Name   string
	Scopes []Scope
	Format string
	Life   time.Duration
	Access Access
}

// EditOf is what is set now.
func EditOf(a API) Edit {
	return Edit{Name: a.Name, Scopes: slices.Clone(a.Scopes), Format: a.Format, Life: a.Life, Access: a.Access}
}

// A ConflictError refuses a form that shows an older version of the API.
type ConflictError struct{ Now API }

func (*ConflictError) Error() string { return "the API was changed meanwhile" }

// Get returns an API for administration, directly from the store.
func (s *Service) Get(ctx context.Context, identifier string) (API, error) {
	a, err := s.APIs.Get(ctx, identifier)
	if err == nil && !a.Deleted.IsZero() {
		err = fmt.Errorf("API %q was deleted: %w", identifier, fs.ErrNotExist)
	}
	return a, err
}

// Add stores a new API. Mistakes are forms.Problems.
func (s *Service) Add(ctx context.Context, identifier string, e Edit) (API, error) {
	identifier = strings.TrimSpace(identifier)
	now := s.Now().UTC().Truncate(time.Millisecond)
	a := API{ID: identifier, Created: now, Updated: now}
	problems := append(s.checkIdentifier(identifier), a.apply(e)...)
	if len(problems) == 0 {
		for _, spelling := range []string{identifier, twinOf(identifier)} {
			there, err := s.APIs.Get(ctx, spelling)
			switch {
			case errors.Is(err, fs.ErrNotExist):
			case err != nil:
				return API{}, err
			case !there.Deleted.IsZero():
				problems.Add("identifier", "api.identifier.leaving")
			default:
				problems.Add("identifier", "api.identifier.taken")
			}
		}
	}
	if err := problems.Err(); err != nil {
		return API{}, err
	}
	if err := s.claim(ctx, a); err != nil {
		return API{}, err
	}
	err := s.APIs.Insert(ctx, a)
	s.known.Drop(a.ID)
	if errors.Is(err, fs.ErrExist) {
		return API{}, taken()
	}
	return a, err
}

// Change changes an API. edited is the API.Edited of what the form showed: if
// the API was changed since, the error is a *ConflictError. Below zero, that is
// not checked. Mistakes are forms.Problems.
func (s *Service) Change(ctx context.Context, identifier string, edited int64, e Edit) (before, after API, err error) {
	wanted := API{ID: identifier}
	if err := wanted.apply(e).Err(); err != nil {
		return before, after, err
	}
	if before, err = s.Get(ctx, identifier); err != nil {
		return before, after, err
	}
	if err := s.claim(ctx, wanted); err != nil {
		return before, after, err
	}
	err = s.APIs.Update(ctx, identifier, func(a *API) error {
		switch before = *a; {
		case !a.Deleted.IsZero():
			return fmt.Errorf("API %q was deleted: %w", identifier, fs.ErrNotExist)
		case edited >= 0 && a.Edited != edited:
			return &ConflictError{*a}
		}
		a.apply(e)
		a.Edited++
		a.Updated = s.Now().UTC().Truncate(time.Millisecond)
		after = *a
		return nil
	})
	s.known.Drop(identifier)
	if err != nil {
		return before, after, err
	}
	return before, after, s.release(ctx, identifier, before.Scopes, after)
}

// Delete marks an API as deleted. From then on no token for it is issued or
// valid; Forget removes the record once no application lists it.
func (s *Service) Delete(ctx context.Context, identifier string) (before API, err error) {
	err = s.APIs.Update(ctx, identifier, func(a *API) error {
		if before = *a; !a.Deleted.IsZero() {
			return fmt.Errorf("API %q was deleted: %w", identifier, fs.ErrNotExist)
		}
		a.Deleted = s.Now().UTC().Truncate(time.Millisecond)
		return nil
	})
	s.known.Drop(identifier)
	return before, err
}

// Forget removes what is left of a deleted API.
func (s *Service) Forget(ctx context.Context, a API) error {
	if err := s.release(ctx, a.ID, a.Scopes, API{}); err != nil {
		return err
	}
	err := s.APIs.Delete(ctx, a.ID)
	s.known.Drop(a.ID)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// claim notes the API as the owner of its scopes. A scope of another API is a
// forms.Problems; the note of one that no longer has it is taken over.
func (s *Service) claim(ctx context.Context, a API) error {
	for _, scope := range a.Scopes {
		defer s.owners.Drop(scope.Name)
		err := s.Owners.Insert(ctx, Owner{Scope: scope.Name, API: a.ID})
		if !errors.Is(err, fs.ErrExist) {
			if err != nil {
				return err
			}
			continue
		}
		err = s.Owners.Update(ctx, scope.Name, func(o *Owner) error {
			if o.API == a.ID {
				return nil
			}
			owner, err := s.Get(ctx, o.API)
			if err == nil && owner.Has(scope.Name) {
				return scopeTaken(scope.Name, owner)
			}
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			o.API = a.ID
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// release removes the notes of scopes that the API no longer has.
func (s *Service) release(ctx context.Context, identifier string, had []Scope, now API) error {
	for _, scope := range had {
		if now.Has(scope.Name) {
			continue
		}
		o, err := s.Owners.Get(ctx, scope.Name)
		if err == nil && o.API == identifier {
			err = s.Owners.Delete(ctx, scope.Name)
		}
		s.owners.Drop(scope.Name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// Search returns up to limit APIs whose name or identifier has the text, after
// the identifier `after`, and where the next page continues; empty if there is
// none. An empty text matches all.
func (s *Service) Search(ctx context.Context, text, after string, limit int) (found []API, next string, err error) {
	text = strings.ToLower(strings.TrimSpace(text))
	found, next, err = scan.Records(nil, after, limit, text == "",
		func(after string, size int) ([]API, error) { return s.APIs.Page(ctx, "", "", after, size) },
		func(a API) string { return a.ID },
		func(a API) bool {
			return a.Deleted.IsZero() && !s.isOwn(a.ID) && (strings.Contains(strings.ToLower(a.Name), text) || strings.Contains(a.ID, text))
		})
	if err != nil {
		return nil, "", fmt.Errorf("search APIs: %w", err)
	}
	return found, next, nil
}

// mostLeft is how many deleted APIs are cleared in one go.
const mostLeft = 100

// Leftovers returns deleted APIs that applications may still list, those that
// were deleted first, up to mostLeft.
func (s *Service) Leftovers(ctx context.Context) (gone []API, err error) {
	for a, err := range s.APIs.Since(ctx, "deleted", time.Unix(0, 0)) {
		if err != nil {
			return nil, fmt.Errorf("list deleted APIs: %w", err)
		}
		if gone = append(gone, a); len(gone) == mostLeft {
			break
		}
	}
	return gone, nil
}
