package openid

import (
	"context"
	"fmt"
	"net/url"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/internal/call"
)

// Describe looks at the provider for an administrator who is about to trust
// it. Where endpoints are on foreign hosts it says so, and asks them nothing.
func (c *Connector) Describe(ctx context.Context) (federation.Card, error) {
	doc, err := c.doc.Get(ctx)
	if err != nil {
		return federation.Card{}, c.fault(ours, err)
	}
	card := federation.Card{
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
		return federation.Card{}, c.fault(federation.Untrusted, fmt.Errorf("the provider's keys: %w", err))
	}
	card.Fingerprints = thumbprints(keys)
	return card, nil
}

// PostForm posts a form to one of the provider's other endpoints, for
// dialects that have some.
func (c *Connector) PostForm(ctx context.Context, address string, form url.Values) (call.Answer, error) {
	answer, err := c.line.PostForm(ctx, address, form)
	if err != nil {
		return call.Answer{}, c.fault(federation.Untrusted, err)
	}
	return answer, nil
}
