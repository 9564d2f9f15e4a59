// Package device asks a user about a request that was made on another device,
// and records the answer.
//
// The risk is an attacker who starts a request and persuades the user to allow it
// (RFC 8628 §5.4, CIBA §7.1). So the hub always asks, even for a trusted client.
// The page always shows the client and the origin, and says to cancel a request
// that the user did not start.
package device

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/apis"
	"github.com/fedhub/fedhub/clients/claimmap"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/authrequest"
	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/pending"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/cookies"
	"github.com/fedhub/fedhub/internal/lasting"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// A Handler shows the waiting requests and handles the answer.
type Handler struct {
	Clients   *clients.Registry
	APIs      *apis.Service
	Pending   *pending.Service
	Sessions  *cookies.Service
	Grants    *grants.Service
	Settings  *settings.Service
	Audit     *audit.Recorder
	Responder *web.Responder
	HasFactor func(ctx context.Context, userID string) (bool, error) // whether a user has a second factor
	Now       func() time.Time
}

// factorFirst sends users to the second factor that the client requires, and then
// back to a page of this hub. Users who have none get a page about it.
func (d *Handler) factorFirst(c *gin.Context, client clients.Client, p sessions.Person, to string) (sent bool, err error) {
	if !client.SecondFactor || p.Session.Enough() {
		return false, nil
	}
	has, err := d.HasFactor(c.Request.Context(), p.User.ID)
	if err != nil {
		return false, err
	}
	if !has {
		return false, &web.ErrorPage{Status: http.StatusForbidden, Heading: locales.Say("device.second-heading", "app", web.Shown(client).Name),
			Text:   locales.Say("device.second-text"),
			Action: templates.Action{Label: locales.Say("device.second-action"), URL: "/account/second-factor"}}
	}
	return true, web.SeeOther(c, "/signin/second/up?"+url.Values{"to": {to}}.Encode())
}

// client returns the client of the request; a deleted client has no request.
func (d *Handler) client(c *gin.Context, r pending.Request) (clients.Client, error) {
	client, err := d.Clients.Get(c.Request.Context(), r.ClientID)
	if errors.Is(err, fs.ErrNotExist) {
		return clients.Client{}, pending.ErrGone
	}
	return client, err
}

// decide stores the answer. Approval is a consent like any other: a grant that
// the user sees on the account page and can remove there.
func (d *Handler) decide(c *gin.Context, r pending.Request, client clients.Client, p sessions.Person, allow bool) error {
	event := audit.Event{Kind: audit.ConsentDenied, Actor: p.User.ID, Client: client.ID, IP: c.ClientIP(), Ref: web.Ref(c),
		Detail: map[string]string{"how": string(r.Kind)}}
	if allow {
		event.Kind = audit.ConsentGiven
		if p.User.Leaving() {
			return web.ClosedToApps()
		}
		if !client.Admits(p.User.AllRoles()) {
			return &web.ErrorPage{Status: http.StatusForbidden, Heading: locales.Say("handler.this-app-is-not-for"),
				Text: locales.Say("handler.it-asks-for-a-role")}
		}
		if err := d.allow(c, r, client, p); err != nil {
			return err
		}
	} else if err := d.Pending.Deny(c.Request.Context(), r.ID, p.User.ID); err != nil {
		return err
	}
	d.Audit.Record(c.Request.Context(), event)
	return nil
}

func (d *Handler) allow(c *gin.Context, r pending.Request, client clients.Client, p sessions.Person) error {
	grant, err := d.Grants.Allow(c.Request.Context(), grants.Allowance{
		UserID: p.User.ID, ClientID: client.ID, Generation: client.ConsentVersion, Scopes: r.Scopes,
		Extras: append(authrequest.APIExtras(r.Agreed), claimmap.Extras(client.Claims, r.Scopes)...),
	})
	if err != nil {
		return err
	}
	err = d.Pending.Allow(c.Request.Context(), r.ID, p.User.ID, pending.Decision{
		GrantID: grant.ID, GrantSerial: grant.Serial, Custom: grant.Custom(), SignIn: p.Session.SignIn,
	})
	if err != nil {
		return err
	}
	if err := d.Sessions.Confirm(c.Request.Context(), p.Session); err != nil {
		return errors.Join(err, d.Pending.Withdraw(lasting.Of(c.Request.Context()), r.ID))
	}
	return nil
}

// custom are the custom claims that the request asks for.
func (d *Handler) custom(c *gin.Context, r pending.Request, client clients.Client) ([]templates.Scope, error) {
	return web.CustomClaims(c.Request.Context(), d.Settings, claimmap.Asked(client.Claims, r.Scopes))
}
