package frappe

import (
	"context"
	"fmt"
	"net/http"

	"github.com/fedhub/fedhub/federation"
	reading "github.com/fedhub/fedhub/federation/internal/claims"
)

// Describe checks that there is a Frappe site at the address. Its discovery
// document could be about another site, and older sites have none, so the hub
// asks for the current user without credentials: a Frappe site refuses that in
// a typical way.
func (c *Connector) Describe(ctx context.Context) (federation.ProviderInfo, error) {
	ctx, cancel := context.WithTimeout(ctx, c.Env.Patience)
	defer cancel()
	answer, err := c.Line.Document(ctx, c.Key.BaseURL+methodProfile)
	if err != nil {
		return federation.ProviderInfo{}, c.Fault(federation.Untrusted, fmt.Errorf("read the site's description: %w", err))
	}
	document, err := reading.Parse(answer.Body)
	said := err == nil && reading.IsJSON(answer.Type) && document.Text("exc_type", maxSaid) != ""
	refused := answer.Status == http.StatusForbidden || answer.Status == http.StatusUnauthorized
	switch {
	case answer.Status >= 500:
		return federation.ProviderInfo{}, c.Faultf(federation.Unreachable, "the site answered %d", answer.Status)
	case !said || !refused:
		return federation.ProviderInfo{}, c.Faultf(federation.Misconfigured, "no Frappe site is at %s: it answered %d", c.Key.BaseURL, answer.Status)
	}
	return federation.ProviderInfo{Issuer: c.Key.BaseURL}, nil
}
