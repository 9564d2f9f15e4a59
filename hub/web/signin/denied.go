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

// A Frappe site omits the state from an error response, against RFC 6749 §4.1.2.1.
// So the hub cannot know which sign-in was denied, and must not end any: the
// sign-in stays open until it expires. The hub only shows a message, and leads the
// browser back to its last sign-in with that provider.

const stopDenied = "denied"

func deniedName(browser, keyID string) string { return stopDenied + " " + keyID + " " + browser }

// noteCancellation stores the destination of this browser's latest sign-in.
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
	return nil // another tab was faster, and its destination is as good
}

// providerDenied handles an error response without a state.
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
		Status: http.StatusForbidden, Heading: locales.Say("denied.you-cancelled-at", "name", key.Name),
		Text:   locales.Say("denied.or-it-refused"),
		Action: templates.Action{Label: locales.Say("upstream.choose-another-way-to-sign"), URL: "/signin" + local(j)},
	}
}
