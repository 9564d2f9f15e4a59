package clients

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/fedhub/fedhub/clients/redirecturi"
)

// AllowsOrigin reports whether pages of this origin speak for the client
// (RFC 6454): one that is registered, or the home of a single-page app's
// redirect URI. Nothing is normalised; "null" is nobody's.
func (c Client) AllowsOrigin(origin string) bool { return slices.Contains(c.origins(), origin) }

func (c Client) origins() []string {
	all := slices.Clone(c.Origins)
	if c.Type == SPA {
		for _, raw := range c.RedirectURIs {
			if u, err := redirecturi.Parse(raw); err == nil && u.Web() {
				all = append(all, u.Scheme+"://"+u.HostPort())
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

// originBook remembers which clients have or had an origin: a preflight request
// does not say for which client the browser asks. It is read once as a whole,
// and from then on only what changed since; whoever is found in it is looked
// at again before it counts. It is an index and no cache: an origin that fell
// out of it would be refused.
type originBook struct {
	mu      sync.Mutex
	clients map[string]map[string]bool // by origin, by client id
	read    time.Time                  // the changes until then are in it
	fresh   time.Time                  // until then nothing is read for an origin that nobody has
}

// AnyAllowsOrigin reports whether pages of this origin speak for some client
// that may ask. The answer may be two seconds old, as that of Get.
func (r *Registry) AnyAllowsOrigin(ctx context.Context, origin string) (bool, error) {
	if known, err := r.knowsOrigin(ctx, origin); known || err != nil {
		return known, err
	}
	if r.origins.isFresh(r.now()) {
		return false, nil
	}
	_, err, _ := r.flights.Do(originsFlight, func() (any, error) { return nil, r.readOrigins(context.WithoutCancel(ctx)) })
	if err != nil {
		return false, err
	}
	return r.knowsOrigin(ctx, origin)
}

// knowsOrigin looks at the clients that the book names.
func (r *Registry) knowsOrigin(ctx context.Context, origin string) (bool, error) {
	for _, id := range r.origins.of(origin) {
		client, err := r.cached(ctx, id)
		switch {
		case errors.Is(err, fs.ErrNotExist) || err == nil && !client.AllowsOrigin(origin):
			r.origins.remove(origin, id)
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
	now, behind := r.now(), r.origins.behind()
	changed := r.store.EachWhere(ctx, "", "") // all of them, the first time
	if !behind.IsZero() {
		changed = r.store.Since(ctx, "updated", behind.Add(-originsOverlap))
	}
	for c, err := range changed {
		if err != nil {
			return fmt.Errorf("read origins: %w", err)
		}
		r.origins.add(c)
	}
	r.origins.done(now)
	return nil
}

func (b *originBook) of(origin string) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Collect(maps.Keys(b.clients[origin]))
}

func (b *originBook) add(c Client) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, origin := range c.origins() {
		if b.clients == nil {
			b.clients = map[string]map[string]bool{}
		}
		if b.clients[origin] == nil {
			b.clients[origin] = map[string]bool{}
		}
		b.clients[origin][c.ID] = true
	}
}

func (b *originBook) remove(origin, id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if delete(b.clients[origin], id); len(b.clients[origin]) == 0 {
		delete(b.clients, origin)
	}
}

func (b *originBook) behind() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.read
}

func (b *originBook) isFresh(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return now.Before(b.fresh) && !now.Before(b.read)
}

func (b *originBook) done(now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.read, b.fresh = now, now.Add(originsPause)
}

// forget makes the next question read what changed.
func (b *originBook) forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fresh = time.Time{}
}
