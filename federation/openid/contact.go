package openid

import (
	"context"
	"errors"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/internal/cache"
)

const (
	// contactLife is how long a provider counts as available after an answer,
	// so that sign-ins in that time cost no extra request. It is shorter than
	// the time in which users notice a page that does not load.
	contactLife = 5 * time.Second
	// probeLimit bounds one probe, and so the time until a user sees that the
	// provider does not answer. A TLS handshake takes less than a second even
	// over long distances; with more than two seconds the hub itself seems to
	// hang.
	probeLimit = 2 * time.Second
)

// reach is Discover before a browser is sent to the provider. The document is
// cached for an hour, the availability is not: if there was no answer in the
// last seconds, the provider is probed first, once for all concurrent users.
func (c *Connector) reach(ctx context.Context) (Discovery, error) {
	if _, err := c.Discover(ctx); err != nil {
		return Discovery{}, err
	}
	if _, err := c.contact.Get(ctx); err != nil {
		return Discovery{}, c.fault(ours, err)
	}
	return c.Discover(ctx) // the probe may have updated it
}

func (c *Connector) newContact() *cache.Value[struct{}] {
	return &cache.Value[struct{}]{
		Fetch: c.probe,
		Fresh: contactLife, Sorry: failureLife, Limit: min(probeLimit, c.env.Patience), Now: c.env.Now,
	}
}

// probe reads the discovery document again. A missing answer counts as
// unavailable, and so does a 5xx, which a proxy sends for a provider that is
// down. Any other answer counts as available, and an unusable document does not
// invalidate the cached one.
func (c *Connector) probe(ctx context.Context) (struct{}, error) {
	doc, err := c.fetchDiscovery(ctx)
	var fault *federation.Fault
	switch {
	case err == nil:
		c.doc.Put(doc)
	case errors.As(err, &fault) && fault.Kind == federation.Unreachable:
		return struct{}{}, err
	}
	return struct{}{}, nil
}

// heard notes that the provider answered.
func (c *Connector) heard() { c.contact.Put(struct{}{}) }

// firstDiscovery is fetchDiscovery without a cached document, or with an
// outdated one.
func (c *Connector) firstDiscovery(ctx context.Context) (Discovery, error) {
	doc, err := c.fetchDiscovery(ctx)
	if err == nil {
		c.heard()
	}
	return doc, err
}
