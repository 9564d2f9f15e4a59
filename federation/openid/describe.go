package openid

import (
	"context"
	"fmt"
	"net/url"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/internal/upstreamhttp"
)

// Describe reads the provider's description for an administrator who is about
// to trust it. It reports endpoints on foreign hosts and does not call them.
func (c *Connector) Describe(ctx context.Context) (federation.ProviderInfo, error) {
	doc, err := c.doc.Get(ctx)
	if err != nil {
		return federation.ProviderInfo{}, c.fault(ours, err)
	}
	card := federation.ProviderInfo{
		Issuer:       doc.Issuer,
		Name:         doc.Name,
		ForeignHosts: doc.ForeignHosts,
		Joinable:     doc.ServersEndpoint != "",
		Registers:    doc.Registers,
	}
	if len(doc.ForeignHosts) > 0 {
		return card, nil
	}
	keys, err := c.keys.Get(ctx)
	if err != nil {
		return federation.ProviderInfo{}, c.fault(federation.Untrusted, fmt.Errorf("the provider's keys: %w", err))
	}
	card.Fingerprints, card.Published = thumbprints(keys), published(keys)
	return card, nil
}

// PostForm posts a form to another endpoint of the provider, for kinds that
// have some.
func (c *Connector) PostForm(ctx context.Context, address string, form url.Values) (upstreamhttp.Answer, error) {
	answer, err := c.line.PostForm(ctx, address, form)
	if err != nil {
		return upstreamhttp.Answer{}, c.fault(federation.Untrusted, err)
	}
	return answer, nil
}
