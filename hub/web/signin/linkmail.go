package signin

import (
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// stopProof is the kind of the interruption behind the link in an email.
const stopProof = "proof"

// proving is a link that is confirmed by email, and the page that requested the
// email.
type proving struct {
	Stop    string
	Linking pendingLink
}

// emailsApart is the minimum time between two emails.
const emailsApart = time.Minute

// LinkMail is POST /signin/link/mail: the user proves the account by an email to
// its address. The link in it works once, in this browser only, and for this
// provider's subject only (FE-51).
func (d *Handler) LinkMail(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	l, _, err := d.pendingLink(c, form["stop"])
	if err == nil && !d.Linking.Mails() {
		err = web.NotFound(nil)
	}
	if err != nil {
		return err
	}
	back := "/signin/link?" + url.Values{"stop": {form["stop"]}, "sent": {"1"}}.Encode()
	err = d.Replay(ctx, "proof/"+l.UserID, d.Now().Add(emailsApart))
	if errors.Is(err, fs.ErrExist) {
		return web.SeeOther(c, back) // an email was sent just now
	}
	if err != nil {
		return err
	}
	name := flows.Name()
	if err := d.Stops.Keep(ctx, stopProof, name, d.Sessions.Browser(c.Writer, c.Request), proving{form["stop"], l}); err != nil {
		return err
	}
	user, err := d.Users.Get(ctx, l.UserID)
	if err != nil {
		return err
	}
	if user.Email == l.Email {
		d.Linking.AskProof(ctx, user, l.KeyName, d.Issuer+"/signin/link/proof?stop="+name, flows.StopLife)
	}
	return web.SeeOther(c, back)
}

// LinkProofShow is GET /signin/link/proof, the link in the email. Opening it
// changes nothing, because mail scanners open links too.
func (d *Handler) LinkProofShow(c *gin.Context) error {
	var p proving
	if err := d.Stops.Peek(c.Request.Context(), stopProof, c.Query("stop"), d.Sessions.BoundToBrowser(c.Request), &p); err != nil {
		return notHere(err)
	}
	if _, err := d.pendingLogin(c, p.Linking.Way); err != nil {
		return err
	}
	return d.Responder.Show(c, http.StatusOK, templates.LinkProof{Stop: c.Query("stop"), Provider: p.Linking.KeyName, Email: p.Linking.Email, Empties: p.Linking.MailOnly})
}

// LinkProof is POST /signin/link/proof.
func (d *Handler) LinkProof(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	var p proving
	if err := d.Stops.Take(c.Request.Context(), stopProof, form["stop"], d.Sessions.BoundToBrowser(c.Request), &p); err != nil {
		return notHere(err)
	}
	j, err := d.pendingLogin(c, p.Linking.Way)
	if err != nil {
		return err
	}
	return d.link(c, p.Stop, p.Linking, j, linking.ProofMail)
}

// notHere explains the usual mistake: the link was opened in another browser.
func notHere(err error) error {
	if !errors.Is(err, flows.ErrGone) {
		return err
	}
	return &web.ErrorPage{Status: http.StatusGone, Heading: locales.Say("linkmail.this-link-doesnt-work-here"),
		Text:   locales.Say("linkmail.it-works-once-for-ten"),
		Action: templates.Action{Label: locales.Say("linkmail.sign-in"), URL: "/signin"}}
}
