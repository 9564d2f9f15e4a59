package authorize

import (
	"errors"
	"io/fs"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation/addresses"
	"github.com/fedhub/fedhub/hub/authrequest"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// homeless is the page for an error that must not be sent to a redirect URI.
func (d *Handler) homeless(c *gin.Context, err error) error {
	var unknown *authrequest.Unknown
	var wrong *authrequest.Unregistered
	var protocol *oauth.Error
	switch {
	case errors.As(err, &unknown):
		return d.stranger(c, unknown)
	case errors.As(err, &wrong):
		p := misconfigured(wrong)
		p.Details = []templates.Row{
			{Name: locales.Say("request.redirect-uri-received"), Value: locales.Stored(clip(wrong.Sent, 300))},
			{Name: locales.Say("request.redirect-uris-registered"), Value: locales.Stored(strconv.Itoa(wrong.Registered))},
		}
		if known, err := d.Clients.Lookup(c.Request.Context(), wrong.ClientID); err == nil && known.Frappe != nil {
			siteMoved(p, known, wrong.Sent)
		}
		return p
	case errors.As(err, &protocol):
		return misconfigured(err)
	}
	return err
}

// stranger explains an unknown client ID. A hub that has asked to connect learns
// that it must wait, or that it was blocked. All other clients get the same page,
// known or not.
func (d *Handler) stranger(c *gin.Context, unknown *authrequest.Unknown) error {
	known, err := d.Clients.Lookup(c.Request.Context(), unknown.ClientID)
	switch {
	case err != nil || known.Server == nil || known.Disabled:
	case known.Server.State == clients.Suspended:
		return &web.ErrorPage{
			Status:   http.StatusForbidden,
			Heading:  locales.Say("request.may-not-sign-people-in", "host", known.Server.Host),
			Text:     locales.Say("request.an-administrator-of-this-hub"),
			Protocol: oauth.UnauthorizedClient("oauth.hub.suspended"),
		}
	case known.Server.State == clients.Pending:
		return &web.ErrorPage{
			Status:   http.StatusForbidden,
			Heading:  locales.Say("request.is-waiting-for-approval", "host", known.Server.Host),
			Protocol: oauth.UnauthorizedClient("oauth.hub.pending"),
			Page:     templates.Waiting{Host: known.Server.Host, Again: c.Request.URL.RequestURI(), Review: d.review(c)},
		}
	}
	return misconfigured(unknown)
}

// review is the page on which an administrator approves connected hubs.
func (d *Handler) review(c *gin.Context) string {
	if p, err := d.person(c); err == nil && p != nil && p.User.Admin() {
		return "/admin/hubs"
	}
	return ""
}

// misconfigured is the page for an error that the client causes, not the user.
func misconfigured(err error) *web.ErrorPage {
	p := &web.ErrorPage{
		Status:  http.StatusBadRequest,
		Heading: locales.Say("request.the-app-that-sent-you"),
		Text:    locales.Say("request.this-isnt-your-fault-tell"),
		Cause:   err,
	}
	errors.As(err, &p.Protocol)
	return p
}

// gone is the page for a client that was disabled or changed during the user's
// sign-in.
func gone(err error) *web.ErrorPage {
	if err == nil {
		err = fs.ErrNotExist
	}
	return misconfigured(oauth.InvalidRequest("oauth.client.unknown").Because(err))
}

func clip(s string, most int) string {
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}

// checkVia refuses a request that has already passed this hub: hubs that use each
// other as providers would redirect forever.
func (d *Handler) checkVia(r authrequest.Request) error {
	if !addresses.Circles(r.Via, d.Issuer) {
		return nil
	}
	return &web.ErrorPage{
		Status:   http.StatusLoopDetected,
		Heading:  locales.Say("request.these-hubs-send-people-round"),
		Text:     locales.Say("request.this-sign-in-began-here", "append", strings.Join(append(slices.Clone(r.Via), d.Issuer), " → ")),
		Protocol: oauth.AccessDenied("oauth.loop"),
	}
}
