package apps

import (
	"errors"
	"io/fs"
	"net/url"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/sitesetup"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/admin"
	"github.com/fedhub/fedhub/internal/texts"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// AwaitSite is POST /admin/clients/{id}/setup/wait: it restarts the wait.
func (d *Handler) AwaitSite(c *gin.Context) error {
	_, client, err := d.formOnSite(c)
	if err != nil {
		return err
	}
	if err := d.SiteSetups.Begin(c.Request.Context(), client); err != nil {
		return err
	}
	return web.SeeOther(c, admin.ClientPath(client.ID)+"/setup?watch=1")
}

// AddSiteRedirect is POST /admin/clients/{id}/setup/redirect: it registers the
// redirect URI that the site sent. Only the recorded URI can be added, and only
// if it differs from the site's by scheme or port.
func (d *Handler) AddSiteRedirect(c *gin.Context) error {
	form, client, err := d.formOnSite(c)
	if err != nil {
		return err
	}
	debut, err := d.SiteSetups.Of(c.Request.Context(), client.ID)
	if err != nil {
		return err
	}
	if debut.Wrong == nil || debut.Wrong.Sent != form["uri"] || !d.addable(*debut.Wrong, client) {
		return web.SeeOther(c, admin.ClientPath(client.ID)+"/setup?watch=1") // another request added it first, or the site sent another one
	}
	why := texts.New("site.redirect", "address", debut.Wrong.Sent)
	err = d.Operator.ChangeClient(c.Request.Context(), d.Actor(c), client.ID, why, func(stored *clients.Client) {
		if !slices.Contains(stored.RedirectURIs, debut.Wrong.Sent) {
			stored.RedirectURIs = append(stored.RedirectURIs, debut.Wrong.Sent)
		}
	})
	if wrong, ok := web.Mistakes(err, nil); ok {
		page, err := d.setupPage(c, client, "")
		if err != nil {
			return err
		}
		for _, m := range wrong {
			page.Mistakes = append(page.Mistakes, templates.Mistake{Text: m.Text})
		}
		return d.showSetup(c, admin.Unprocessable, page)
	}
	if err != nil {
		return err
	}
	if err := d.SiteSetups.Begin(c.Request.Context(), client); err != nil {
		return err
	}
	return web.SeeOther(c, admin.ClientPath(client.ID)+"/setup?watch=1&done=saved")
}

// addable reports whether the sent address differs from a registered one only
// by scheme or port. http in place of https is not allowed: an attacker could
// read the response.
func (d *Handler) addable(m sitesetup.Mistake, client clients.Client) bool {
	sent, err := url.Parse(m.Sent)
	if m.Kind != sitesetup.Redirect || err != nil || sent.RawQuery != "" || sent.Fragment != "" || sent.User != nil {
		return false
	}
	if sent.Scheme != "https" && sent.Scheme != "http" || !d.Clients.RegistrableRedirect(m.Sent) {
		return false
	}
	return slices.ContainsFunc(client.RedirectURIs, func(registered string) bool {
		u, err := url.Parse(registered)
		return err == nil && (u.Scheme == sent.Scheme || sent.Scheme == "https") && u.Hostname() == sent.Hostname() && u.EscapedPath() == sent.EscapedPath() && u.RawQuery == "" && registered != m.Sent
	})
}

// firstLogin is the progress of the first sign-in.
func (d *Handler) firstLogin(c *gin.Context, client clients.Client) (templates.FirstLogin, error) {
	debut, err := d.SiteSetups.Of(c.Request.Context(), client.ID)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return templates.FirstLogin{}, err
	}
	now := d.Now()
	page := templates.FirstLogin{
		Login:   templates.Action{Label: locales.Say("sitewait.open-the-sites-login-page"), URL: client.Frappe.URL + "/login"},
		Waiting: now.Before(client.Frappe.Awaited) && !debut.Done(), Until: client.Frappe.Awaited, Done: debut.Done(), Steps: debutSteps(debut, now),
	}
	if debut.Ref != "" {
		page.Trace = templates.Action{Label: locales.Say("sitewait.open-its-trace"), URL: "/admin/sign-in-log/" + debut.Ref}
	}
	page.Wrong = d.siteMistake(client, debut, now)
	return page, nil
}

// grace is how long a site may take for steps that its server does immediately.
const grace = time.Minute

// debutSteps are the site's steps, in order.
func debutSteps(d sitesetup.Setup, now time.Time) []templates.Step {
	steps := []templates.Step{
		{Title: locales.Say("sitewait.authorize"), Text: locales.Say("sitewait.the-sites-button-sends-somebody")},
		{Title: locales.Say("sitewait.token"), Text: locales.Say("sitewait.the-sites-server-comes-for")},
		{Title: locales.Say("sitewait.userinfo"), Text: locales.Say("sitewait.the-sites-server-asks-who")},
	}
	reached := 0
	switch {
	case d.Done():
		reached = 3
	case !d.Token.IsZero() && !d.Token.Before(d.Answered):
		reached = 2
	case !d.Answered.IsZero():
		reached = 1
	}
	for i := range steps {
		switch {
		case i < reached:
			steps[i].Mark = "done"
		case i == reached && !d.Began.IsZero():
			steps[i].Mark = "now"
		default:
			steps[i].Mark = "later"
		}
	}
	if reached == 0 && !d.Authorize.IsZero() {
		steps[0].Text = locales.Say("sitewait.the-site-sent-somebody-here", "clocktime", locales.AtSecond(d.Authorize))
	}
	for i, at := range []time.Time{d.Answered, d.Token, d.Userinfo} {
		if i < reached && !at.IsZero() {
			steps[i].Text = locales.Say([]string{"sitewait.answered", "sitewait.token-given", "sitewait.userinfo-told"}[i], "time", locales.AtSecond(at))
		}
	}
	if failed := failedAt(d, reached, now); failed >= 0 {
		steps[failed].Mark = "failed"
	}
	return steps
}

// failedAt is the step that failed; -1 if there is none.
func failedAt(d sitesetup.Setup, reached int, now time.Time) int {
	switch {
	case d.Done():
		return -1
	case d.Wrong != nil && d.Wrong.Exchanging():
		return 1
	case d.Wrong != nil:
		return 0
	case stuck(d, now):
		return reached
	}
	return -1
}

// stuck reports whether the site is overdue.
func stuck(d sitesetup.Setup, now time.Time) bool {
	last := d.Answered
	if d.Token.After(last) {
		last = d.Token
	}
	return !d.Done() && !last.IsZero() && now.Sub(last) > grace
}
