package openid

import (
	"context"
	"fmt"
	"net/url"

	"github.com/fedhub/fedhub/federation"
)

// SignOut returns the provider's page that ends the session there (OpenID
// Connect RP-Initiated Logout 1.0 §2), or nothing if it has none. The hint
// identifies the session, so that the provider need not ask.
func (c *Connector) SignOut(ctx context.Context, tokens federation.Tokens, back, state string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, c.env.Patience)
	defer cancel()
	doc, err := c.reach(ctx)
	if err != nil || doc.EndSessionEndpoint == "" {
		return "", err
	}
	page, err := url.Parse(doc.EndSessionEndpoint)
	if err != nil {
		return "", fmt.Errorf("read the end_session_endpoint: %w", err)
	}
	query := page.Query()
	for name, value := range map[string]string{
		"id_token_hint": tokens.ID, "client_id": c.dialect.ClientID,
		"post_logout_redirect_uri": back, "state": state,
	} {
		if value != "" {
			query.Set(name, value)
		}
	}
	page.RawQuery = query.Encode()
	return page.String(), nil
}

var (
	_ federation.Refresher      = (*Connector)(nil)
	_ federation.SignOuter      = (*Connector)(nil)
	_ federation.LogoutReceiver = (*Connector)(nil)
	_ federation.Describer      = (*Connector)(nil)
)
