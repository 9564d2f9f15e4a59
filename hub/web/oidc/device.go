package oidc

import (
	"net/http"
	"net/url"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/pending"
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

// DeviceAuthorization is the endpoint where a device without a browser requests
// a user code (RFC 8628 §3.1).
func (d *Handler) DeviceAuthorization(c *gin.Context) error {
	client, form, err := d.Authenticator.RequestFor(c, clients.GrantDevice)
	if err != nil {
		return err
	}
	got, err := d.Authenticator.PersonalAccess(c.Request.Context(), client, clients.GrantDevice, form)
	if err != nil {
		return err
	}
	secret, code, err := d.Pending.Ask(c.Request.Context(), pending.Request{
		Kind: pending.Device, ClientID: client.ID, Scopes: got.Scopes, Resources: got.Resources, Agreed: got.Agreed, IP: c.ClientIP(),
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
