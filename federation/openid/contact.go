package openid

import (
	"context"
	"errors"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/internal/cache"
)

const (
	// contactLife is how long a provider that answered is taken to be there
	// still. Whoever comes within it costs no question; shorter than the minutes
	// in which people notice that a page does not load.
	contactLife = 5 * time.Second
	// probeLimit is how long one question may take, and so how long a person
	// waits for the page that tells of a silence. A handshake over the longest
	// lines takes less than one second; more than two look like a hub that hangs.
	probeLimit = 2 * time.Second
)

// reach is Discover before a browser is sent to the provider. The document is
// believed for an hour, whether the provider is there is not: who has not been
// heard of for some seconds is asked first, once for all who come meanwhile.
func (c *Connector) reach(ctx context.Context) (Discovery, error) {
	if _, err := c.Discover(ctx); err != nil {
		return Discovery{}, err
	}
	if _, err := c.contact.Get(ctx); err != nil {
		return Discovery{}, c.fault(ours, err)
	}
	return c.Discover(ctx) // the probe may have brought a newer one
}

func (c *Connector) newContact() *cache.Value[struct{}] {
	return &cache.Value[struct{}]{
		Fetch: c.probe,
		Fresh: contactLife, Sorry: failureLife, Limit: min(probeLimit, c.env.Patience), Now: c.env.Now,
	}
}

// probe asks for the discovery document again. Silence counts as down, and so
// does a 5xx, which is what a proxy says for a provider behind it that is gone.
// Whatever else comes, somebody answers; and a document that cannot be used is
// no reason yet to distrust the one that could.
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

// firstDiscovery is fetchDiscovery for who has no document, or one that is too old.
func (c *Connector) firstDiscovery(ctx context.Context) (Discovery, error) {
	doc, err := c.fetchDiscovery(ctx)
	if err == nil {
		c.heard()
	}
	return doc, err
}
