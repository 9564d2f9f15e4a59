package federation

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fedhub/fedhub/internal/cache"
)

// A Store keeps login keys. A missing one is fs.ErrNotExist, a taken id
// fs.ErrExist. Update may call change several times; if it returns an error,
// nothing is written and Update returns that error.
type Store interface {
	Get(ctx context.Context, id string) (LoginKey, error)
	Insert(ctx context.Context, k LoginKey) error
	Update(ctx context.Context, id string, change func(*LoginKey) error) error
	Delete(ctx context.Context, id string) error
	All(ctx context.Context) ([]LoginKey, error)
}

const (
	// recordLife is how long a change by another process may stay unseen,
	recordLife = time.Second
	// and missGap how often an unknown id makes the keys be read again: a new
	// key is found at once, and invented ids cost little.
	missGap = 100 * time.Millisecond
)

// Options are the parts of a Registry. All but Report are required.
type Options struct {
	Store     Store
	Factories map[string]Factory // kind → its factory
	Env       Dependencies
	// Seal encrypts a secret for the store; Env.Open is its inverse.
	Seal func(plain, context string) string
	// Report, if set, is called with the outcome of each step of each sign-in.
	// It must be fast, because the user waits for it.
	Report func(context.Context, Outcome)
}

// A Registry keeps the login keys and their connectors. It is safe for
// concurrent use, and any number of processes may use one store: a process sees
// its own changes at once and those of others within a second.
type Registry struct {
	store     Store
	factories map[string]Factory
	env       Dependencies
	seal      func(plain, context string) string
	report    func(context.Context, Outcome)
	records   *cache.Value[[]LoginKey]

	mu     sync.Mutex
	opened map[string]opened // by id
}

// NewRegistry returns a Registry.
func NewRegistry(o Options) *Registry {
	r := &Registry{
		store: o.Store, factories: o.Factories, env: o.Env, seal: o.Seal, report: o.Report,
		opened: map[string]opened{},
	}
	r.env = r.env.WithDefaults()
	r.records = &cache.Value[[]LoginKey]{
		Fetch: r.store.All,
		Fresh: recordLife,
		Limit: r.env.Patience,
		Now:   r.env.Now,
	}
	return r
}

// All returns every key in the order of the sign-in page: by Position, then by
// Name. The set is small, because administrators add each key.
func (r *Registry) All(ctx context.Context) ([]LoginKey, error) {
	records, err := r.records.Get(ctx)
	if err != nil {
		return nil, fmt.Errorf("list login keys: %w", err)
	}
	keys := make([]LoginKey, len(records))
	for i, k := range records {
		keys[i] = k.clone()
	}
	slices.SortFunc(keys, func(a, b LoginKey) int {
		return cmp.Or(
			cmp.Compare(a.Position, b.Position),
			cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)),
			cmp.Compare(a.ID, b.ID))
	})
	return keys, nil
}

// Enabled returns the keys that are offered to users, in the same order.
func (r *Registry) Enabled(ctx context.Context) ([]LoginKey, error) {
	keys, err := r.All(ctx)
	return slices.DeleteFunc(keys, func(k LoginKey) bool { return !k.Enabled }), err
}

// Get returns one key, enabled or not; a missing one is fs.ErrNotExist.
func (r *Registry) Get(ctx context.Context, id string) (LoginKey, error) {
	records, err := r.records.Get(ctx)
	if err != nil {
		return LoginKey{}, fmt.Errorf("get login key: %w", err)
	}
	named := func(k LoginKey) bool { return k.ID == id }
	at := slices.IndexFunc(records, named)
	if at < 0 {
		if records, err = r.records.Renew(ctx, missGap); err != nil {
			return LoginKey{}, fmt.Errorf("get login key: %w", err)
		}
		if at = slices.IndexFunc(records, named); at < 0 {
			return LoginKey{}, fmt.Errorf("login key %q: %w", id, fs.ErrNotExist)
		}
	}
	return records[at].clone(), nil
}

// clone returns a copy that shares no memory with k.
func (k LoginKey) clone() LoginKey {
	k.Scopes = slices.Clone(k.Scopes)
	k.Published, k.Former = slices.Clone(k.Published), slices.Clone(k.Former)
	k.Hosts = slices.Clone(k.Hosts)
	k.AuthoritativeDomains = slices.Clone(k.AuthoritativeDomains)
	k.SignUpDomains = slices.Clone(k.SignUpDomains)
	k.HomeDomains = slices.Clone(k.HomeDomains)
	k.RoleMap = maps.Clone(k.RoleMap)
	k.GroupMap = slices.Clone(k.GroupMap)
	k.Options = maps.Clone(k.Options)
	k.Params = maps.Clone(k.Params)
	return k
}
