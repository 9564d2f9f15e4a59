package apis

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"strings"
	"time"

	"github.com/fedhub/fedhub/internal/cache"
)

// A Store keeps records. A missing one is fs.ErrNotExist, a taken id
// fs.ErrExist. Update may call change several times; if it returns an error,
// nothing is written and Update returns that error.
type Store[T any] interface {
	Get(ctx context.Context, id string) (T, error)
	Insert(ctx context.Context, v T) error
	Update(ctx context.Context, id string, change func(*T) error) error
	Delete(ctx context.Context, id string) error
	// Page returns up to limit records in the order of ids, after the id
	// `after`, if field is empty.
	Page(ctx context.Context, field, value, after string, limit int) ([]T, error)
	// Since visits the records with a time of at least from in an indexed field.
	Since(ctx context.Context, field string, from time.Time) iter.Seq2[T, error]
}

// Options are the parts of a Service.
type Options struct {
	Issuer string // the hub's own address
	APIs   Store[API]
	Owners Store[Owner]
	// AllowHTTP allows plain http identifiers beyond loopback, for hubs in
	// development.
	AllowHTTP bool
	Now       func() time.Time
}

// A Service keeps the APIs. It is safe for concurrent use, and any number of
// processes may use one store: a process sees its own changes at once and those
// of others within two seconds.
type Service struct {
	Options
	own    []API
	known  *cache.Lookups[API]
	owners *cache.Lookups[Owner]
}

const (
	cacheLife = 2 * time.Second
	cacheSize = 4096
)

// New returns a Service.
func New(o Options) *Service {
	return &Service{
		Options: o,
		own: []API{
			{ID: o.Issuer + "/api", Name: "Account API", Access: Named, own: true},
			{ID: o.Issuer + "/api/v1", Name: "Administration API", Access: Named, own: true},
		},
		known: cache.NewLookups[API](cacheLife, cacheSize), owners: cache.NewLookups[Owner](cacheLife, cacheSize),
	}
}

// Own returns the APIs of the hub itself.
func (s *Service) Own() []API { return s.own }

// Find returns the API with an identifier; fs.ErrNotExist if there is none. The
// root of a host is one address with a slash and without (RFC 3986 §6.2.3).
func (s *Service) Find(ctx context.Context, identifier string) (API, error) {
	for _, a := range s.Own() {
		if a.ID == identifier {
			return a, nil
		}
	}
	a, err := look(ctx, s.known, s.APIs, s.Now(), identifier)
	if twin := twinOf(identifier); twin != "" && errors.Is(err, fs.ErrNotExist) {
		a, err = look(ctx, s.known, s.APIs, s.Now(), twin)
	}
	if err == nil && !a.Deleted.IsZero() {
		err = fmt.Errorf("API %q was deleted: %w", a.ID, fs.ErrNotExist)
	}
	return a, err
}

// Owner returns the API that a scope belongs to; fs.ErrNotExist for a scope of
// the hub or of none.
func (s *Service) Owner(ctx context.Context, scope string) (API, error) {
	o, err := look(ctx, s.owners, s.Owners, s.Now(), scope)
	if err != nil {
		return API{}, err
	}
	a, err := s.Find(ctx, o.API)
	if err == nil && !a.Has(scope) {
		err = fmt.Errorf("scope %q: %w", scope, fs.ErrNotExist)
	}
	return a, err
}

// Match returns the identifier in a list that means the same API as another.
func Match(list []string, identifier string) (string, bool) {
	twin := twinOf(identifier)
	for _, one := range list {
		if one == identifier || one == twin && twin != "" {
			return one, true
		}
	}
	return "", false
}

// twinOf is the identifier of a host's root in its other spelling; empty for
// other identifiers.
func twinOf(identifier string) string {
	_, rest, found := strings.Cut(identifier, "://")
	if !found || strings.ContainsAny(rest, "?#") {
		return ""
	}
	switch strings.IndexByte(rest, '/') {
	case -1:
		return identifier + "/"
	case len(rest) - 1:
		return strings.TrimSuffix(identifier, "/")
	}
	return ""
}

const maxKey = 2000 // of a request; longer ones are looked up nowhere

func look[T any](ctx context.Context, known *cache.Lookups[T], in Store[T], now time.Time, id string) (T, error) {
	var none T
	if id == "" || len(id) > maxKey {
		return none, fs.ErrNotExist
	}
	v, found, hit := known.Get(id, now)
	if !hit {
		epoch := known.Begin()
		read, err := in.Get(ctx, id)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return none, err
		}
		if found = err == nil; found {
			v = read
			known.Put(id, v, now, epoch)
		} else {
			known.Miss(id, now, epoch)
		}
	}
	if !found {
		return none, fmt.Errorf("%q: %w", id, fs.ErrNotExist)
	}
	return v, nil
}
