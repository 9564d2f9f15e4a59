package signin

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/templates"
)

// SignOutShow is GET /signout: it asks, for a GET must not sign anybody out.
func (d *Door) SignOutShow(c *gin.Context) error {
	p, err := d.Sessions.Current(c.Request)
	if errors.Is(err, sessions.ErrNobody) {
		return web.SeeOther(c, "/signed-out")
	}
	if err != nil {
		return err
	}
	page := templates.SignOut{Stay: "/account"}
	for _, id := range p.Session.Clients {
		if client, err := d.Clients.Get(c.Request.Context(), id); err == nil && client.BackchannelLogoutURI != "" {
			page.Apps = append(page.Apps, templates.Client{Name: client.Name, Host: client.Host(), SelfDeclared: client.SelfDeclared()}.Shown())
		}
	}
	return d.Edge.Show(c, http.StatusOK, page)
}

// SignOut is POST /signout.
func (d *Door) SignOut(c *gin.Context) error {
	s, err := d.Sessions.Held(c.Request)
	if errors.Is(err, sessions.ErrNobody) {
		return web.SeeOther(c, "/signed-out")
	}
	if err != nil {
		return err
	}
	if err := d.Logouts.Ended(c.Request.Context(), s); err != nil {
		return err
	}
	if err := d.Sessions.Leave(c.Writer, c.Request); err != nil {
		return err
	}
	d.Audit.Record(c.Request.Context(), audit.Event{Kind: audit.SignOut, Actor: s.UserID, IP: c.ClientIP(), Ref: web.Ref(c)})
	return web.SeeOther(c, "/signed-out")
}

// SignedOut is GET /signed-out.
func (d *Door) SignedOut(c *gin.Context) error {
	return d.Edge.Show(c, http.StatusOK, templates.SignedOut{})
}
