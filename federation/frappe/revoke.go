package frappe

import (
	"context"
	"net/url"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/internal/oauth2client"
)

// revokeWait bounds the time for revoking a token while a user waits.
const revokeWait = 3 * time.Second

// Revoke revokes the site's tokens (RFC 7009). Both tokens of a pair end
// together. A refresh token needs its hint and our client id; otherwise the
// site answers success and does nothing.
func (c *Connector) Revoke(ctx context.Context, old federation.Tokens) error {
	if old.Refresh == "" {
		return nil
	}
	return c.revoke(ctx, url.Values{"token": {old.Refresh}, "token_type_hint": {"refresh_token"}})
}

// drop revokes tokens that are not stored: an access token opens the whole
// account for an hour, whatever its scope. If the site does not revoke it,
// still no one has a copy.
func (c *Connector) drop(ctx context.Context, got oauth2client.Tokens) {
	// The user's request may be gone, but the token still exists.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), revokeWait)
	defer cancel()
	if err := c.revoke(ctx, url.Values{"token": {got.Access}}); err != nil {
		c.Env.Log.InfoContext(ctx, "could not revoke a token at a provider", "login_key", c.Key.ID, "error", err)
	}
}

func (c *Connector) revoke(ctx context.Context, form url.Values) error {
	_, err := c.ask(ctx, methodRevoke, form, func(string, string) {})
	return err
}

// LeavePage is the page that ends the browser's session at the site. The site
// then shows its own page and does not return the browser.
func (c *Connector) LeavePage() string { return c.Key.BaseURL + pageSignOut }
