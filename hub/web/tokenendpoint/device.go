package tokenendpoint

import (
	"errors"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/pending"
	"github.com/fedhub/fedhub/hub/tokens"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/internal/lasting"
)

// device responds to a polling device (RFC 8628 §3.4).
func (d *Handler) device(c *gin.Context, r request) (answer, error) {
	secret, err := r.form.Require("device_code")
	if err != nil {
		return answer{}, err
	}
	agreed, err := d.Pending.Poll(c.Request.Context(), pending.Device, secret, r.client.ID)
	if err != nil {
		return answer{}, err
	}
	return d.collect(c, r, agreed)
}

// collect issues the tokens that a user allowed on another device. They depend
// on the user's grant but on no session: a television stays connected after the
// user closes the browser that approved it.
func (d *Handler) collect(c *gin.Context, r request, agreed pending.Request) (answer, error) {
	by := agreed.Decision
	grant := grants.Grant{ID: by.GrantID, Serial: by.GrantSerial, UserID: agreed.UserID, ClientID: agreed.ClientID}
	from := grant.Authorization(agreed.Scopes, by.SignIn)
	from.Custom = by.Custom
	from.Terms = grants.TokenConstraints{Kind: string(agreed.Kind), Resources: agreed.Resources, Details: agreed.Details}
	f, refresh, err := d.Grants.Begin(c.Request.Context(), agreed.Hash, from,
		grants.CodeRedemption{Refresh: r.client.AllowsGrant("refresh_token"), Bound: r.renewable(), Access: tokens.AccessLife})
	if err != nil {
		return answer{}, err
	}
	// Ending the user's sign-in first revokes the approval and then the tokens,
	// so a check here notices an end that began in between.
	if err := d.Pending.StillSpent(c.Request.Context(), agreed); err != nil {
		return answer{}, errors.Join(err, d.Grants.Revoke(lasting.Of(c.Request.Context()), f.ID, "provider.ended"))
	}
	a, err := d.issue(c, r, f, nil, f.Scopes)
	if err != nil {
		return answer{}, err
	}
	a.RefreshToken = refresh
	d.Audit.Record(c.Request.Context(), audit.Event{Kind: audit.Collected, Client: r.client.ID, Target: agreed.UserID,
		IP: c.ClientIP(), Ref: web.Ref(c), Detail: map[string]string{"how": string(agreed.Kind)}})
	return a, nil
}
