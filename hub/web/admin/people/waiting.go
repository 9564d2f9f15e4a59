package people

import (
	"context"
	"errors"
	"io/fs"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// mostWaiting bounds the users on the page who wait for approval.
const mostWaiting = 50

func (d *Handler) fillWaiting(c *gin.Context, page *templates.AdminUsers) error {
	waiting, err := d.Users.Waiting(c.Request.Context(), mostWaiting)
	for _, u := range waiting {
		page.Waiting = append(page.Waiting, templates.WaitingUser{ID: u.ID, Name: u.Name, Email: u.Email, Since: u.Created})
	}
	return err
}

// Approve is POST /admin/users/approve.
func (d *Handler) Approve(c *gin.Context) error {
	return d.decide(c, d.Operator.ApproveUser, "let-in")
}

// Refuse is POST /admin/users/refuse.
func (d *Handler) Refuse(c *gin.Context) error {
	return d.decide(c, d.Operator.RefuseUser, "kept-out")
}

func (d *Handler) decide(c *gin.Context, do func(ctx context.Context, by audit.Actor, id string) error, done string) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	err = do(c.Request.Context(), d.Actor(c), form["user"])
	if errors.Is(err, users.ErrNotWaiting) || errors.Is(err, fs.ErrNotExist) {
		return &web.ErrorPage{Status: http.StatusConflict, Heading: locales.Say("users.waiting-gone"), Text: locales.Say("users.waiting-gone-text"), Cause: err,
			Action: templates.Action{Label: locales.Say("users.waiting-back"), URL: "/admin/users"}}
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, "/admin/users?done="+done)
}
