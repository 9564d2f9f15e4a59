package clients

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/internal/forms"
)

// A cachedDocument is what was found at a metadata URL.
type cachedDocument struct {
	client Client
	keys   keys
	err    error
	at     time.Time
}

// Discover reads the Client ID Metadata Document at a URL and returns the
// validated client it describes, as it would be kept: pending, with the
// thumbprints of its keys. Nothing is written. A document that cannot be used
// is *MetadataError.
func (r *Registry) Discover(ctx context.Context, metadataURL string) (Client, error) {
	s := r.discover(ctx, metadataURL)
	return s.client, s.err
}

func (r *Registry) discover(ctx context.Context, metadataURL string) cachedDocument {
	failed := func(code string, cause error) cachedDocument {
		return cachedDocument{err: &MetadataError{URL: metadataURL, Problems: forms.New("", code), cause: cause}}
	}
	if !IsMetadataURL(metadataURL, r.allowHTTP) {
		return failed("document.address.bad", nil)
	}
	if r.own(metadataURL) {
		return failed("document.own", nil)
	}
	// Large enough for an inline RSA key set; the draft suggests 5 KB (§8.7).
	body, err := r.read(ctx, metadataURL, 64<<10, isJSON)
	if err != nil {
		return failed("document.unread", err)
	}
	client, err := parseDocument(metadataURL, body, r.allowHTTP)
	if err != nil {
		return cachedDocument{err: err}
	}
	published, err := r.publishedKeys(ctx, client)
	if err != nil {
		return failed("document.keys.unread", err)
	}
	if len(published.signing()) == 0 {
		return failed("document.keys.encrypting", nil)
	}
	client.Server.KeyThumbprints = published.thumbprints()
	client.Server.Fetched = r.stamp()
	return cachedDocument{client: client, keys: published}
}

func (r *Registry) publishedKeys(ctx context.Context, c Client) (keys, error) {
	if c.JWKS != "" {
		return parseKeys([]byte(c.JWKS))
	}
	return r.readKeys(ctx, c.JWKSURI)
}

// own reports whether an address is on this hub.
func (r *Registry) own(address string) bool {
	issuer, err1 := redirecturi.Parse(r.issuer)
	u, err2 := redirecturi.Parse(address)
	return errors.Join(err1, err2) == nil && u.SameOrigin(issuer)
}

const (
	// sightLife is how long an unproven server's document counts, and so how
	// often it can make us fetch it. A failure counts shorter: it must not be
	// mistaken for the document (§5.1), only not be repeated at will.
	sightLife    = 30 * time.Second
	failureLife  = 5 * time.Second
	maxSights    = 1000
	sightFlights = "sight "
)

// sights remembers recent discoveries of servers that are not approved.
type sights struct {
	failureLife time.Duration

	mu   sync.Mutex
	seen map[string]cachedDocument
}

func newSights(failureLife time.Duration) *sights {
	return &sights{failureLife: failureLife, seen: map[string]cachedDocument{}}
}

func (s *sights) get(metadataURL string, now time.Time) (cachedDocument, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.seen[metadataURL]
	life := sightLife
	if found.err != nil {
		life = s.failureLife
	}
	age := now.Sub(found.at)
	return found, ok && 0 <= age && age < life
}

func (s *sights) put(metadataURL string, found cachedDocument) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.seen) >= maxSights {
		clear(s.seen)
	}
	s.seen[metadataURL] = found
}

// peek is discover for callers who proved nothing yet: the same URL is
// fetched once in a while, however often it is asked for.
func (r *Registry) peek(ctx context.Context, metadataURL string) cachedDocument {
	if found, ok := r.sights.get(metadataURL, r.now()); ok {
		return found
	}
	ctx = context.WithoutCancel(ctx)
	result, _, _ := r.flights.Do(sightFlights+metadataURL, func() (any, error) {
		found := r.discover(ctx, metadataURL)
		found.at = r.now()
		r.sights.put(metadataURL, found)
		return found, nil
	})
	return result.(cachedDocument)
}
