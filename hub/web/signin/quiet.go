package signin

import (
	"errors"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/internal/texts"
)

// quiet reports whether the request says prompt=none (OIDC Core §3.1.2.1), so that
// the hub may show no page. Every error redirects back, with login_required for
// the client.
func (j pendingLogin) quiet() bool { return j.flow.Request.Prompt.None }

// Quiet is GET /signin/quiet: the hub asks the provider, also with prompt=none, for
// its user. It asks once for each request.
func (d *Handler) Quiet(c *gin.Context) error {
	j, err := d.pendingLogin(c, method{Flow: c.Query("flow")})
	if err != nil {
		return err
	}
	if j.Flow == "" {
		return flows.ErrGone
	}
	if !j.quiet() || j.flow.Quiet {
		return web.SeeOther(c, j.next())
	}
	if err := d.Flows.AskedQuietly(c.Request.Context(), j.Flow); err != nil {
		return err
	}
	last, known := d.Sessions.SignInMethod(c.Request)
	key, found, err := d.Upstreams.Quiet(c.Request.Context(), last, known)
	if err != nil {
		return err
	}
	if !found {
		return web.SeeOther(c, j.next())
	}
	return d.leave(c, key.ID, j)
}

// back ends a quiet attempt without a result.
func (d *Handler) back(c *gin.Context, keyID string, j pendingLogin, why error) error {
	d.Audit.Note(c.Request.Context(), audit.Event{Kind: audit.UpstreamError, LoginKey: keyID, Client: j.client.ID, IP: c.ClientIP(), Ref: web.Ref(c), Why: texts.Of(why)})
	return web.SeeOther(c, j.next())
}

var (
	errQuestion = texts.Failure("it would take a question, and prompt=none forbids asking", "quiet.question")
	errAnother  = texts.Failure("the upstream knows somebody else in this browser than this hub", "quiet.other")
)

// mayBe reports whether a quiet sign-in may sign this user in: it must not replace
// another user without a page.
func (d *Handler) mayBe(c *gin.Context, decision linking.Decision) error {
	if decision.Action == linking.Refuse || decision.Action == linking.Confirm || decision.Action == linking.ConfirmByMail {
		return errQuestion
	}
	person, err := d.Sessions.Current(c.Request)
	if errors.Is(err, sessions.ErrNobody) {
		return nil
	}
	if err == nil && person.User.ID != decision.User.ID {
		err = errAnother
	}
	return err
}
