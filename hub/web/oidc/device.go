package oidc

import (
	"net/http"
	"net/url"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/pending"
	"github.com/fedhub/fedhub/hub/tokens"
	"github.com/fedhub/fedhub/hub/web"
)

// deviceAnswer is RFC 8628 §3.2.
type deviceAnswer struct {
	DeviceCode              string `json:"device_code"`
	UserCode                string `json:"user_code"`
	VerificationURI         string `json:"verification_uri"`
	VerificationURIComplete string `json:"verification_uri_complete"`
	ExpiresIn               int64  `json:"expires_in"`
	Interval                int64  `json:"interval"`
}

// DeviceAuthorization is the endpoint at which a device with no browser asks
// for the code that it shows (RFC 8628 §3.1).
func (d *Handler) DeviceAuthorization(c *gin.Context) error {
	form, err := d.form(c)
	if err != nil {
		return err
	}
	client, err := d.client(c, form)
	if err != nil {
		return err
	}
	if !client.AllowsGrant(clients.GrantDevice) {
		return oauth.UnauthorizedClient("this client may not use grant_type=" + clients.GrantDevice)
	}
	scopes, err := personalScopes(client, form)
	if err != nil {
		return err
	}
	resources, err := targets(client.Resources, form)
	if err != nil {
		return err
	}
	secret, code, err := d.Pending.Ask(c.Request.Context(), pending.Request{
		Kind: pending.Device, ClientID: client.ID, Scopes: scopes, Resources: resources, IP: c.ClientIP(),
	}, 0)
	if err != nil {
		return err
	}
	shown := pending.ShowCode(code)
	c.JSON(http.StatusOK, deviceAnswer{
		DeviceCode:              secret,
		UserCode:                shown,
		VerificationURI:         d.Issuer + "/device",
		VerificationURIComplete: d.Issuer + "/device?" + url.Values{"user_code": {shown}}.Encode(),
		ExpiresIn:               int64(pending.Life / time.Second),
		Interval:                int64(pending.Interval / time.Second),
	})
	return nil
}

// personalScopes reads the scope parameter of a request for a person's consent.
// Without one it is openid, as at the authorization endpoint (RFC 6749 §3.3).
func personalScopes(client clients.Client, form oauth.Params) ([]string, error) {
	scopes, err := oauth.ParseScope(form["scope"])
	if err != nil {
		return nil, err
	}
	if len(scopes) == 0 {
		scopes = []string{"openid"}
	}
	if missing := oauth.Missing(client.Scopes, scopes); len(missing) > 0 {
		return nil, oauth.InvalidScope("this client is not registered for the scope " + missing[0])
	}
	return scopes, nil
}

// device answers a device that polls (RFC 8628 §3.4).
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

// collect issues what a person allowed on another device. It hangs on their
// grant but on no session: what they allowed a television does not end when
// they close the browser they allowed it in.
func (d *Handler) collect(c *gin.Context, r request, agreed pending.Request) (answer, error) {
	by := agreed.Decision
	f, refresh, err := d.Grants.Begin(c.Request.Context(), agreed.Hash, grants.Authorization{
		Grant:    grants.Grant{ID: by.GrantID, Serial: by.GrantSerial, UserID: agreed.UserID, ClientID: agreed.ClientID},
		Epoch:    by.Epoch,
		Scopes:   agreed.Scopes,
		AuthTime: by.AuthTime,
		ACR:      by.ACR,
		AMR:      by.AMR,
		Terms:    grants.TokenConstraints{Kind: string(agreed.Kind), Resources: agreed.Resources, Details: agreed.Details},
	}, grants.CodeRedemption{Refresh: r.client.AllowsGrant("refresh_token"), Bound: r.renewable(), Access: tokens.AccessLife})
	if err != nil {
		return answer{}, err
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
