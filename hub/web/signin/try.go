package signin

import (
	"context"
	"errors"
	"net/url"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/authentication/trial"
	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/internal/texts"
)

// An administrator's test of a provider takes the same steps as every sign-in, in
// their own browser, and ends at a page that shows what happened. It works for
// disabled providers; it starts no session and creates or links no account.

// Try is POST /admin/providers/{id}/try.
func (d *Handler) Try(c *gin.Context) error {
	connector, key, err := d.Upstreams.OpenAny(c.Request.Context(), c.Param("id"))
	if err != nil {
		return err
	}
	person, err := d.Sessions.Current(c.Request)
	if err != nil {
		return err
	}
	t := trial.Trial{Session: person.Session.ID}
	leg := federation.AuthState{State: flows.Name()}
	var to string
	err = t.Watch(c.Request.Context(), "authorize", d.Now, func(ctx context.Context) (err error) {
		to, err = connector.Begin(ctx, &leg, federation.AuthRequestOptions{})
		return err
	})
	if err != nil {
		return d.endTry(c, key, t, federation.Identity{}, err)
	}
	browser := d.Sessions.Browser(c.Writer, c.Request)
	if err := d.Stops.Keep(c.Request.Context(), stopUpstream, leg.State, browser, away{KeyID: key.ID, Leg: leg, Try: &t}); err != nil {
		return err
	}
	if err := d.noteCancellation(c.Request.Context(), key, browser, method{To: "/admin/providers/" + key.ID}); err != nil {
		return err
	}
	return d.Responder.Redirect(c, to, key.Name)
}

// arriveTry handles the response of a test: only the session that started it may
// end it, and the user must still be an administrator.
func (d *Handler) arriveTry(c *gin.Context, from away, answer url.Values) error {
	person, err := d.Sessions.Current(c.Request)
	if err != nil && !errors.Is(err, sessions.ErrNobody) {
		return err
	}
	if err != nil || person.Session.ID != from.Try.Session || !person.User.Admin() || from.KeyID != c.Param("key") {
		return flows.ErrGone
	}
	connector, key, err := d.Upstreams.OpenAny(c.Request.Context(), from.KeyID)
	if err != nil {
		return err
	}
	var identity federation.Identity
	err = from.Try.Watch(c.Request.Context(), "answer", d.Now, func(ctx context.Context) (err error) {
		identity, err = connector.Finish(ctx, from.Leg, answer)
		return err
	})
	return d.endTry(c, key, *from.Try, identity, err)
}

// endTry stores the result and redirects to the page that shows it.
func (d *Handler) endTry(c *gin.Context, key federation.LoginKey, t trial.Trial, identity federation.Identity, err error) error {
	bare := err == nil && key.KeepTokens && identity.Tokens.Refresh == ""
	d.UpstreamTokens.GiveBack(c.Request.Context(), key.ID, identity.Tokens)
	identity.Tokens = federation.Tokens{}
	result := trial.Result{KeyID: key.ID, Session: t.Session, Steps: t.Steps, Identity: identity, Bare: bare}
	event := audit.Event{Kind: audit.KeyTried, LoginKey: key.ID, IP: c.ClientIP(), Ref: web.Ref(c), Detail: map[string]string{"result": "ok"}}
	if err != nil {
		result.Failure = trial.Failed(key, t.Steps[len(t.Steps)-1], err)
		event.Why = texts.Of(err)
		event.Detail["result"], event.Detail["step"] = "failed", result.Failure.Step
	}
	if person, err := d.Sessions.Current(c.Request); err == nil {
		event.Actor = person.User.ID
	}
	d.Audit.Record(c.Request.Context(), event)
	name := flows.Name()
	if err := d.Stops.Keep(c.Request.Context(), trial.Stop, name, d.Sessions.Browser(c.Writer, c.Request), result); err != nil {
		return err
	}
	return web.SeeOther(c, "/admin/providers/"+key.ID+"/tried?stop="+name)
}
