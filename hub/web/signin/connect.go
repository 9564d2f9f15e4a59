package signin

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/authentication"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// connections is the page with the user's sign-in methods.
const connections = "/account/connections"

// connecting names the user and session that request to add an identity: the
// identity must return to the same session of the same user (FE-08).
type connecting struct {
	Session string
	UserID  string
}

// Connect is POST /account/connect/{key}: a user with a recent sign-in adds an
// identity to their account.
func (d *Handler) Connect(c *gin.Context) error {
	p, err := d.Sessions.Current(c.Request)
	if err != nil {
		return err
	}
	if sent, err := d.Sessions.ProveFirst(c, p, connections); sent || err != nil {
		return err
	}
	return d.redirectToProvider(c, c.Param("key"), pendingLogin{method: method{To: connections}}, away{Own: connecting{p.Session.ID, p.User.ID}})
}

// sameSession refuses an identity that returns to another session than the one
// that requested it: it would be added to another user's account.
func (d *Handler) sameSession(c *gin.Context, own connecting) (sessions.Person, error) {
	p, err := d.Sessions.Current(c.Request)
	if err != nil && !errors.Is(err, sessions.ErrNobody) {
		return sessions.Person{}, err
	}
	if err != nil || p.Session.ID != own.Session || p.User.ID != own.UserID {
		return sessions.Person{}, &web.ErrorPage{Status: http.StatusBadRequest, Heading: locales.Say("connect.nothing-was-connected"),
			Text:   locales.Say("connect.you-signed-out-or-in"),
			Action: templates.Action{Label: locales.Say("connect.your-account"), URL: connections}}
	}
	return p, nil
}

// connect adds the identity.
func (d *Handler) connect(c *gin.Context, p sessions.Person, key federation.LoginKey, identity federation.Identity) error {
	d.UpstreamTokens.GiveBack(c.Request.Context(), key.ID, identity.Tokens) // they are not used for a sign-in
	decision, err := d.Linking.Link(c.Request.Context(), p.User, authentication.ClaimOf(identity), authentication.PolicyOf(key))
	if err != nil {
		return err
	}
	event := audit.Event{Kind: audit.LinkMade, Actor: p.User.ID, Target: p.User.ID, LoginKey: key.ID, IP: c.ClientIP(), Agent: c.Request.UserAgent(), Ref: web.Ref(c),
		Why: decision.Why, Detail: map[string]string{"row": decision.Row, "record": decision.Record}}
	if decision.Action == linking.Refuse {
		event.Kind = audit.LinkRefused
		d.Audit.Record(c.Request.Context(), event)
		text := locales.Say("connect.it-may-sign-in-to", "name", key.Name)
		if decision.IssuerChanged() {
			d.raiseIssuer(c, key)
			text = locales.Say("connect.has-changed-its-address-and", "name", key.Name)
		}
		if decision.TooWeak() {
			text = locales.Say("connect.you-are-an-administrator-of", "name", key.Name)
		}
		return &web.ErrorPage{Status: http.StatusConflict, Heading: locales.Say("connect.that-account-at-wasnt-connected", "name", key.Name),
			Text:   text,
			Action: templates.Action{Label: locales.Say("connect.your-account"), URL: connections}}
	}
	d.Audit.Record(c.Request.Context(), event)
	return web.SeeOther(c, connections+"?done=linked")
}
