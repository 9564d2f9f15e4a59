package clients

import (
	"context"
	"time"

	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/clients/metadatadoc"
	"github.com/fedhub/fedhub/internal/cache"
	"github.com/fedhub/fedhub/internal/forms"
)

// A cachedDocument is what was found at a metadata URL.
type cachedDocument struct {
	client Client
	keys   clientauth.Keys
	err    error
	at     time.Time
}

// Discover reads the Client ID Metadata Document at a URL and returns the
// validated client it describes, as it would be kept: pending, with the
// thumbprints of its keys. Nothing is written. A document that cannot be used
// is *metadatadoc.Error.
func (r *Registry) Discover(ctx context.Context, metadataURL string) (Client, error) {
	s := r.discover(ctx, metadataURL)
	return s.client, s.err
}

func (r *Registry) discover(ctx context.Context, metadataURL string) cachedDocument {
	doc, err := r.documents.Document(ctx, metadataURL)
	if err != nil {
		return cachedDocument{err: err}
	}
	client, err := parseDocument(doc, r.allowHTTP)
	if err != nil {
		return cachedDocument{err: err}
	}
	published, err := r.auth.Keys.Published(ctx, client.Publisher())
	if err != nil {
		return cachedDocument{err: metadatadoc.Fault(metadataURL, err, forms.New("", "document.keys.unread"))}
	}
	if len(published.Signing()) == 0 {
		return cachedDocument{err: metadatadoc.Fault(metadataURL, nil, forms.New("", "document.keys.encrypting"))}
	}
	client.Server.KeyThumbprints = published.Thumbprints()
	client.Server.Fetched = r.stamp()
	return cachedDocument{client: client, keys: published}
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
	*cache.Map[string, cachedDocument]
	failureLife time.Duration
}

func newSights(failureLife time.Duration) sights {
	return sights{cache.NewMap[string, cachedDocument](maxSights), failureLife}
}

func (s sights) get(metadataURL string, now time.Time) (cachedDocument, bool) {
	found, ok := s.Get(metadataURL)
	life := sightLife
	if found.err != nil {
		life = s.failureLife
	}
	age := now.Sub(found.at)
	return found, ok && 0 <= age && age < life
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
		r.sights.Add(metadataURL, found)
		return found, nil
	})
	return result.(cachedDocument)
}
