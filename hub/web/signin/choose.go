package signin

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/templates"
)

// ChooseShow is GET /signin/choose: a client wants the user to choose an account
// (prompt=select_account, OIDC Core §3.1.2.1).
func (d *Handler) ChooseShow(c *gin.Context) error {
	j, err := d.pendingLogin(c, method{Flow: c.Query("flow")})
	if err != nil {
		return err
	}
	person, err := d.Sessions.Current(c.Request)
	if j.Flow == "" || errors.Is(err, sessions.ErrNobody) {
		return web.SeeOther(c, "/signin"+j.query())
	}
	if err != nil {
		return err
	}
	page := templates.Choose{
		Flow:    j.Flow,
		Client:  j.shown(),
		Account: templates.Person{Name: person.User.Name, Email: person.User.Email, Username: person.User.Username},
		Switch:  "/signin?" + url.Values{"flow": {j.Flow}, "switch": {"1"}}.Encode(),
	}
	web.AllowImages(c, redirecturi.OriginOf(page.Client.Logo))
	return d.Responder.Show(c, http.StatusOK, page)
}

// Choose is POST /signin/choose: the signed-in user continues with this account.
func (d *Handler) Choose(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	j, err := d.pendingLogin(c, method{Flow: form["flow"]})
	if err != nil {
		return err
	}
	if j.Flow == "" {
		return flows.ErrGone
	}
	person, err := d.Sessions.Current(c.Request)
	if err == nil {
		err = d.Flows.Choose(c.Request.Context(), j.Flow, person.User.ID)
	}
	if err != nil && !errors.Is(err, sessions.ErrNobody) {
		return err
	}
	return web.SeeOther(c, j.next())
}
