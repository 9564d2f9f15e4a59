package signin

import (
	"context"
	"errors"
	"io/fs"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// A Frappe site that says no leaves out the state, against RFC 6749 §4.1.2.1. So
// nobody knows whose no it is, and nothing may come of it: the sign-in waits as
// before, until its time is up. But whoever sits there can be told, and led back
// to where this browser was on the way to when it last left for that upstream.

const stopDenied = "denied"

func deniedName(browser, keyID string) string { return stopDenied + " " + keyID + " " + browser }

// noteCancellation remembers where a browser is on the way to, the last time counting.
func (d *Handler) noteCancellation(ctx context.Context, key federation.LoginKey, browser string, w method) error {
	if key.Kind != federation.KindFrappe {
		return nil
	}
	name := deniedName(browser, key.ID)
	err := d.Stops.Keep(ctx, stopDenied, name, browser, w)
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	var before method
	if err := d.Stops.Take(ctx, stopDenied, name, browser, &before); err != nil && !errors.Is(err, flows.ErrGone) {
		return err
	}
	if err := d.Stops.Keep(ctx, stopDenied, name, browser, w); !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil // another tab was quicker, and its way is as good
}

// providerDenied is for an answer that says no and not to whom.
func (d *Handler) providerDenied(c *gin.Context, params oauth.Params) error {
	key, err := d.Upstreams.Get(c.Request.Context(), c.Param("key"))
	if errors.Is(err, fs.ErrNotExist) || err == nil && key.Kind != federation.KindFrappe {
		return flows.ErrGone
	}
	if err != nil {
		return err
	}
	browser := d.Sessions.BoundToBrowser(c.Request)
	var j pendingLogin
	var w method
	switch err := d.Stops.Peek(c.Request.Context(), stopDenied, deniedName(browser, key.ID), browser, &w); {
	case err == nil:
		refusal := federation.NewRefusal(key.Name, params["error"], params["error_description"])
		d.Audit.Record(c.Request.Context(), audit.Event{Kind: audit.UpstreamError, LoginKey: key.ID, IP: c.ClientIP(), Ref: web.Ref(c), Why: refusal.Sentence()})
		if j, err = d.pendingLogin(c, w); err != nil {
			j = pendingLogin{}
		}
	case !errors.Is(err, flows.ErrGone):
		return err
	}
	return &web.ErrorPage{
		Status: http.StatusForbidden, Heading: locales.Say("denied.the-sign-in-was-cancelled"),
		Text:   locales.Say("denied.you-said-no-at-or", "name", key.Name),
		Action: templates.Action{Label: locales.Say("denied.start-again"), URL: "/signin" + j.query()},
	}
}
