package clients

import (
	"context"
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
	originsLife  = 30 * time.Second // for an origin that is known
	originsPause = time.Second      // between two readings for one that is not
)

// originBook remembers which origins some client has: a preflight request does
// not say for which client the browser asks.
type originBook struct {
	mu    sync.Mutex
	known map[string]bool
	read  time.Time
}

// AnyAllowsOrigin reports whether pages of this origin speak for some client
// that may ask.
func (r *Registry) AnyAllowsOrigin(ctx context.Context, origin string) (bool, error) {
	r.origins.mu.Lock()
	defer r.origins.mu.Unlock()
	age := r.now().Sub(r.origins.read)
	if r.origins.known != nil && age >= 0 && (age < originsPause || r.origins.known[origin] && age < originsLife) {
		return r.origins.known[origin], nil
	}
	all, err := r.All(ctx)
	if err != nil {
		return false, err
	}
	known := map[string]bool{}
	for _, c := range all {
		if c.Usable() {
			for _, o := range c.origins() {
				known[o] = true
			}
		}
	}
	r.origins.known, r.origins.read = known, r.now()
	return known[origin], nil
}

// forget makes the next question read the clients again.
func (b *originBook) forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.known = nil
}
