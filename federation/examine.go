package federation

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/fedhub/fedhub/internal/upstreamhttp"
)

// A Sight is the current state of a provider.
type Sight struct {
	Card ProviderInfo // zero for a provider without discovery
	// Certificates are the expiry times of its hosts' TLS certificates.
	Certificates map[string]time.Time
}

// Examine reads the current state of a key's provider, without the cache. With
// an error it still returns what was read. The error is a *Fault or our own.
func (r *Registry) Examine(ctx context.Context, id string) (Sight, error) {
	key, err := r.Get(ctx, id)
	if err != nil {
		return Sight{}, err
	}
	env := r.env
	env.Pin = nil
	w := &witness{inner: env.HTTP.Transport, expires: map[string]time.Time{}}
	client := *env.HTTP
	client.Transport = w
	env.HTTP = &client
	connector, err := r.make(key, env.WithDefaults())
	if err != nil {
		return Sight{}, fmt.Errorf("examine login key %q: %w", id, err)
	}
	var sight Sight
	if describer, ok := connector.(Describer); ok {
		sight.Card, err = describer.Describe(ctx)
	} else {
		err = joinRequest(ctx, key, env)
	}
	sight.Certificates = w.seen()
	return sight, err
}

// joinRequest checks that the endpoints of a provider without discovery answer.
// The content of the answer to an empty request does not matter.
func joinRequest(ctx context.Context, key LoginKey, env Dependencies) error {
	line := upstreamhttp.New(env.HTTP, env.Patience)
	for _, address := range []string{key.Endpoints.Authorize, key.Endpoints.Token} {
		if address == "" {
			continue
		}
		answer, err := line.Document(ctx, address)
		if err == nil && answer.Status >= 500 {
			err = fmt.Errorf("it answered %d", answer.Status)
		}
		if err != nil {
			return NewFault(Unreachable, key.Name, err)
		}
	}
	return nil
}

// A witness records the certificates of the servers that a client connects to.
type witness struct {
	inner   http.RoundTripper
	mu      sync.Mutex
	expires map[string]time.Time
}

func (w *witness) RoundTrip(r *http.Request) (*http.Response, error) {
	inner := w.inner
	if inner == nil {
		inner = http.DefaultTransport
	}
	answer, err := inner.RoundTrip(r)
	if err == nil && answer.TLS != nil && len(answer.TLS.PeerCertificates) > 0 {
		w.mu.Lock()
		w.expires[r.URL.Hostname()] = answer.TLS.PeerCertificates[0].NotAfter
		w.mu.Unlock()
	}
	return answer, err
}

func (w *witness) seen() map[string]time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.expires
}
