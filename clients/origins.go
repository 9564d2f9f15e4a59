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

// AllowsOrigin reports whether pages of this origin speak for the client
// (RFC 6454): one that is registered, or the home of a single-page app's
// redirect URI. A public app that registered itself may be such a page on the
// developer's machine, whatever it took itself for: its own loopback addresses
// count, to the port, and no foreign page. Nothing is normalised; "null" is nobody's.
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
	// originsPause is the time between two readings for an origin that nobody
	// has: anybody can make one up.
	originsPause = time.Second
	// originsOverlap is how far a reading goes back behind the one before, for
	// writes that were under way and for clocks that differ.
	originsOverlap = 5 * time.Minute
	originsFlight  = "origins"
)

// AnyAllowsOrigin reports whether pages of an origin speak for some client that
// may ask. The answer may be two seconds old, as that of Get.
func (r *Registry) AnyAllowsOrigin(ctx context.Context, origin string) (bool, error) {
	return r.any(ctx, origin, func(c Client) bool { return c.AllowsOrigin(origin) })
}

// AnyHasScope reports likewise whether some client is registered for a scope
// that is none of the standard ones.
func (r *Registry) AnyHasScope(ctx context.Context, scope string) (bool, error) {
	return r.any(ctx, scopes.Entry(scope), func(c Client) bool { return slices.Contains(c.Scopes, scope) })
}

func (r *Registry) any(ctx context.Context, entry string, has func(Client) bool) (bool, error) {
	if known, err := r.knows(ctx, entry, has); known || err != nil {
		return known, err
	}
	if r.origins.IsFresh(r.now()) {
		return false, nil
	}
	_, err := cache.Once(ctx, &r.flights, originsFlight, readLimit, func(ctx context.Context) (any, error) { return nil, r.readOrigins(ctx) })
	if err != nil {
		return false, err
	}
	return r.knows(ctx, entry, has)
}

// readLimit is how long it may take to read what changed.
const readLimit = 10 * time.Second

// Warm reads the origins of all clients, page by page, so that no request has to.
func (r *Registry) Warm(ctx context.Context) error {
	_, err := r.AnyAllowsOrigin(ctx, "")
	return err
}

// knows looks at the clients that the book names.
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

// readOrigins brings the book up to date.
func (r *Registry) readOrigins(ctx context.Context) error {
	now, behind := r.now(), r.origins.Read()
	changed := r.store.EachWhere(ctx, "", "") // all of them, the first time
	if !behind.IsZero() {
		changed = r.store.Since(ctx, "updated", behind.Add(-originsOverlap))
	}
	for c, err := range changed {
		if err != nil {
			return fmt.Errorf("read origins: %w", err)
		}
		r.origins.Add(c.ID, append(c.origins(), scopes.Entries(c.Scopes)...)...)
	}
	r.origins.Done(now, originsPause)
	return nil
}
