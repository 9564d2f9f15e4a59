package signin

import (
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/passwords"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// unlooked answers a password that was not checked, at once and without storing
// anything, because there may be many. ok is false for every other error.
func unlooked(err error, now time.Time, again string) (page *web.ErrorPage, ok bool) {
	page = &web.ErrorPage{Status: http.StatusTooManyRequests, Heading: locales.Say("unlooked.too-many-attempts"), Cause: err, Action: templates.Action{Label: locales.Say("unlooked.back-to-signing-in"), URL: again}}
	var slow *passwords.Throttled
	switch {
	case errors.As(err, &slow):
		page.RetryAfter = slow.Until.Sub(now)
		page.Text = waitFor(page.RetryAfter)
	case errors.Is(err, passwords.ErrBusy):
		page.Status, page.RetryAfter = http.StatusServiceUnavailable, time.Second
		page.Heading, page.Text = locales.Say("unlooked.too-many-people-are-signing"), locales.Say("unlooked.try-again-in-a-moment")
	default:
		return nil, false
	}
	return page, true
}

// wait shows the sign-in page to a user who has to wait. It does not redirect, as
// after a wrong password: the password was not checked, so the browser may send
// it again.
func (d *Handler) wait(c *gin.Context, j pendingLogin, email string, page *web.ErrorPage) error {
	if page.Status != http.StatusTooManyRequests {
		return page
	}
	ways, err := d.ways(c.Request.Context())
	if err != nil {
		return err
	}
	c.Header("Retry-After", page.Wait())
	return d.show(c, page.Status, j, ways, templates.SignIn{Email: email, Alert: templates.Note{Tone: "danger", Title: page.Heading, Text: page.Text}})
}

// proveAddress requires a link to the address besides the password.
func proveAddress(j pendingLogin) error {
	return &web.ErrorPage{Status: http.StatusForbidden, Heading: locales.Say("unlooked.show-that-you-read-your"), Cause: users.ErrProveAddress,
		Text:   locales.Say("unlooked.many-wrong-passwords-were-tried"),
		Action: templates.Action{Label: locales.Say("unlooked.get-a-link-by-email"), URL: "/signin/confirm" + j.query()},
		Other:  templates.Action{Label: locales.Say("unlooked.back-to-signing-in"), URL: "/signin" + local(j)}}
}
