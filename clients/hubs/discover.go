package hubs

import (
	"context"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/clients/metadatadoc"
	"github.com/fedhub/fedhub/internal/cache"
	"github.com/fedhub/fedhub/internal/forms"
)

// A cachedDocument is the result of reading a metadata URL.
type cachedDocument struct {
	client clients.Client
	keys   clientauth.Keys
	err    error
	at     time.Time
}

// Discover reads the Client ID Metadata Document at a URL and returns the
// validated client as it would be stored: pending, with the thumbprints of its
// keys. It writes nothing. An unusable document is *metadatadoc.Error.
func (s *Service) Discover(ctx context.Context, metadataURL string) (clients.Client, error) {
	found := s.discover(ctx, metadataURL)
	return found.client, found.err
}

func (s *Service) discover(ctx context.Context, metadataURL string) cachedDocument {
	doc, err := s.documents.Document(ctx, metadataURL)
	if err != nil {
		return cachedDocument{err: err}
	}
	client, err := parseDocument(doc, s.allowHTTP)
	if err != nil {
		return cachedDocument{err: err}
	}
	published, err := s.auth.Keys.Published(ctx, client.Publisher())
	if err != nil {
		return cachedDocument{err: metadatadoc.Fault(metadataURL, err, forms.New("", "document.keys.unread"))}
	}
	if len(published.Signing()) == 0 {
		return cachedDocument{err: metadatadoc.Fault(metadataURL, nil, forms.New("", "document.keys.encrypting"))}
	}
	client.Server.KeyThumbprints = published.Thumbprints()
	client.Server.Fetched = s.clients.Stamp()
	return cachedDocument{client: client, keys: published}
}

const (
	// sightLife is how long the document of an unproven hub is cached, which
	// bounds how often it can make us fetch. A failure is cached for a shorter
	// time: it must not replace the document (§5.1), only not be repeated at
	// will.
	sightLife   = 30 * time.Second
	failureLife = 5 * time.Second
	maxSights   = 1000
)

// seen returns a recent discovery of an unapproved hub, if there is one.
func (s *Service) seen(metadataURL string) (cachedDocument, bool) {
	found, ok := s.sights.Get(metadataURL)
	life := sightLife
	if found.err != nil {
		life = failureLife
	}
	age := s.now().Sub(found.at)
	return found, ok && 0 <= age && age < life
}

// fetchLimit bounds the time for reading a document.
const fetchLimit = 12 * time.Second

// peek is discover for unauthenticated callers: one URL is fetched only once in
// a while, however often it is requested.
func (s *Service) peek(ctx context.Context, metadataURL string) cachedDocument {
	if found, ok := s.seen(metadataURL); ok {
		return found
	}
	result, err := cache.Once(ctx, &s.flights, metadataURL, fetchLimit, func(ctx context.Context) (any, error) {
		found := s.discover(ctx, metadataURL)
		found.at = s.now()
		s.sights.Add(metadataURL, found)
		return found, nil
	})
	if err != nil {
		return cachedDocument{err: err, at: s.now()}
	}
	return result.(cachedDocument)
}
