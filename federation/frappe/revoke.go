package frappe

import (
	"context"
	"net/url"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/internal/oauth2client"
)

// revokeWait is how long the site may take to take a token back, while a
// person waits.
const revokeWait = 3 * time.Second

// Revoke gives back what the site gave us (RFC 7009). Both tokens of a pair die
// together. A refresh token needs its hint and our client id, or the site says
// that all is well and does nothing.
func (c *Connector) Revoke(ctx context.Context, old federation.Tokens) error {
	if old.Refresh == "" {
		return nil
	}
	return c.revoke(ctx, url.Values{"token": {old.Refresh}, "token_type_hint": {"refresh_token"}})
}

// drop gives back tokens of which none is kept: an access token opens the whole
// account for an hour, whatever its scope. If the site does not take it back,
// nobody has it all the same.
func (c *Connector) drop(ctx context.Context, got oauth2client.Tokens) {
	// Whoever waited may have gone; the token is there all the same.
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

// LeavePage is where a browser ends its session at the site. The site shows a
// page of its own then and sends nobody back.
func (c *Connector) LeavePage() string { return c.Key.BaseURL + pageSignOut }
