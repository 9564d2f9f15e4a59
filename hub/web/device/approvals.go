package device

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/pending"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/templates"
)

// Approvals is GET /account/approvals: the backchannel requests (CIBA §7) that
// wait for this user.
func (d *Handler) Approvals(c *gin.Context) error {
	p, err := d.Sessions.Current(c.Request)
	if err != nil {
		return err
	}
	waiting, err := d.Pending.Waiting(c.Request.Context(), p.User.ID)
	if err != nil {
		return err
	}
	var page templates.Approvals
	for _, r := range waiting {
		client, err := d.client(c, r)
		if err == pending.ErrGone { //nolint:errorlint // client returns it bare
			continue
		}
		if err != nil {
			return err
		}
		shown, err := web.ShownAccess(c.Request.Context(), d.APIs, client, "", r.Scopes, r.Resources)
		if err != nil {
			return err
		}
		custom, err := d.custom(c, r, client)
		if err != nil {
			return err
		}
		page.Waiting = append(page.Waiting, templates.Approval{
			ID: r.ID, Client: web.Shown(client), Scopes: append(shown.Scopes, custom...), APIs: shown.Names(),
			Message: r.Message, IP: r.IP, Asked: r.Created, Ends: r.Ends,
		})
	}
	return d.Responder.Show(c, http.StatusOK, page)
}

// Answer is POST /account/approvals.
func (d *Handler) Answer(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	p, err := d.Sessions.Current(c.Request)
	if err != nil {
		return err
	}
	r, err := d.Pending.One(c.Request.Context(), form["request"])
	if err != nil {
		return err
	}
	if r.Kind != pending.Back || r.UserID != p.User.ID {
		return pending.ErrGone // another user's request looks like one that does not exist
	}
	client, err := d.client(c, r)
	if err != nil {
		return err
	}
	allow := form["decision"] == "allow"
	if allow && couldBeBetter(r, p.Session) {
		return web.SeeOther(c, "/signin?"+url.Values{"to": {"/account/approvals"}, "switch": {"1"}}.Encode())
	}
	if allow { // otherwise anyone at the unattended browser could allow another device's request
		if sent, err := d.Sessions.ProveFirst(c, p, "/account/approvals"); sent || err != nil {
			return err
		}
		if sent, err := d.factorFirst(c, client, p, "/account/approvals"); sent || err != nil {
			return err
		}
	}
	if err := d.decide(c, r, client, p, allow); err != nil {
		return err
	}
	if client.CIBA.Delivery == "ping" {
		d.Pending.Ping(c.Request.Context(), r, client.CIBA.NotificationURI)
	}
	return web.SeeOther(c, "/account/approvals?done="+map[bool]string{true: "allowed", false: "denied"}[allow])
}

// couldBeBetter reports whether the client prefers another acr value that this hub
// supports. acr_values is a preference (CIBA §7.1), so a user who signed in for
// this request is not asked again.
func couldBeBetter(r pending.Request, s sessions.Session) bool {
	wished := strings.Fields(r.ACRValues)
	_, good := sessions.ACRFor(wished, s.ACR)
	return slices.Contains(wished, sessions.ACROneFactor) && !good && s.Created.Before(r.Created)
}
