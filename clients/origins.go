package clients

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/clients/scopes"
	"github.com/fedhub/fedhub/internal/cache"
)

// AllowsOrigin reports whether pages of this origin belong to the client (RFC
// 6454): a registered origin, or that of a single-page app's redirect URI. A
// public app that registered itself may be a page on the developer's machine:
// its own loopback addresses count, including the port, but no other page does.
// Nothing is normalised; "null" never matches.
func (c Client) AllowsOrigin(origin string) bool { return slices.Contains(c.origins(), origin) }

func (c Client) origins() []string {
	all := slices.Clone(c.Origins)
	if c.Type == SPA || c.Public() && !c.Registration.At.IsZero() {
		for _, raw := range c.RedirectURIs {
			if origin := redirecturi.OriginOf(raw); origin != "" && (c.Type == SPA || redirecturi.Local(raw)) {
				all = append(all, origin)
			}
		}
	}
	return all
}

const (
	// originsPause is the time between two lookups for an unknown origin,
	// because anyone can invent one.
	originsPause = time.Second
	// originsOverlap is how far a read goes back before the previous one, for
	// writes in progress and for clock differences.
	originsOverlap = 5 * time.Minute
	originsFlight  = "origins"
)

// AnyAllowsOrigin reports whether an origin belongs to any usable client. The
// answer may be two seconds old, as that of Get.
func (r *Registry) AnyAllowsOrigin(ctx context.Context, origin string) (bool, error) {
	return r.any(ctx, origin, func(c Client) bool { return c.AllowsOrigin(origin) })
}

// AnyHasScope reports whether any client is registered for a scope that is not
// a standard one.
func (r *Registry) AnyHasScope(ctx context.Context, scope string) (bool, error) {
	return r.any(ctx, scopes.Entry(scope), func(c Client) bool { return slices.Contains(c.Scopes, scope) })
}

func (r *Registry) any(ctx context.Context, entry string, has func(Client) bool) (bool, error) {
	if known, err := r.knows(ctx, entry, has); known || err != nil {
		return known, err
	}
	if read, err := r.freshen(ctx); err != nil || !read {
		return false, err
	}
	return r.knows(ctx, entry, has)
}

// freshen updates the book unless that was done just now. read reports whether it
// was.
func (r *Registry) freshen(ctx context.Context) (read bool, err error) {
	if r.origins.IsFresh(r.now()) {
		return false, nil
	}
	_, err = cache.Once(ctx, &r.flights, originsFlight, readLimit, func(ctx context.Context) (any, error) { return nil, r.readOrigins(ctx) })
	return err == nil, err
}

// readLimit bounds the time for reading changes.
const readLimit = 10 * time.Second

// Warm reads the origins of all clients, page by page, so that no request has
// to.
func (r *Registry) Warm(ctx context.Context) error {
	_, err := r.AnyAllowsOrigin(ctx, "")
	return err
}

// knows checks the clients that the book names.
func (r *Registry) knows(ctx context.Context, entry string, has func(Client) bool) (bool, error) {
	for _, id := range r.origins.Of(entry) {
		client, err := r.Known(ctx, id)
		switch {
		case errors.Is(err, fs.ErrNotExist) || err == nil && !has(client):
			r.origins.Remove(entry, id)
		case err != nil:
			return false, err
		case client.Usable():
			return true, nil
		}
	}
	return false, nil
}

// readOrigins updates the book.
func (r *Registry) readOrigins(ctx context.Context) error {
	now, behind := r.now(), r.origins.Read()
	changed := r.store.EachWhere(ctx, "", "") // the first time, all of them
	if !behind.IsZero() {
		changed = r.store.Since(ctx, "updated", behind.Add(-originsOverlap))
	}
	for c, err := range changed {
		if err != nil {
			return fmt.Errorf("read origins: %w", err)
		}
		r.origins.Add(c.ID, slices.Concat(c.origins(), scopes.Entries(c.Scopes), apiEntries(c.Resources), apiEntries(c.Serves))...)
	}
	r.origins.Done(now, originsPause)
	return nil
}

// apiEntries are the entries of APIs in the book: they equal no origin and no
// scope.
func apiEntries(identifiers []string) []string {
	var out []string
	for _, identifier := range identifiers {
		out = append(out, "API "+identifier)
	}
	return out
}

// ListAPI returns the ids of the clients that were granted an API or serve it,
// in order, now or earlier: callers look at each. In a process that reads the
// clients for the first time it reads all of them.
func (r *Registry) ListAPI(ctx context.Context, identifier string) ([]string, error) {
	if _, err := r.freshen(ctx); err != nil {
		return nil, err
	}
	ids := r.origins.Of("API " + identifier)
	slices.Sort(ids)
	return ids, nil
}
