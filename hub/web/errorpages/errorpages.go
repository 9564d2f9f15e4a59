// Package errorpages maps the errors of storage and services to a status and a
// page, in one table. The responder receives the table and so needs no imports
// of the services.
package errorpages

import (
	"errors"
	"net/http"

	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/maillinks"
	"github.com/fedhub/fedhub/hub/pending"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users/passwords"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

var table = []struct {
	err           error
	status        int
	heading, text locales.Text
}{
	{store.ErrUnavailable, http.StatusServiceUnavailable,
		locales.Say("errorpages.the-hub-cant-reach-its"), locales.Say("errorpages.nothing-is-lost-try-again")},
	{store.ErrDamaged, http.StatusServiceUnavailable,
		locales.Say("errorpages.the-hub-cant-read-one"), locales.Say("errorpages.tell-whoever-runs-this-hub")},
	{flows.ErrGone, http.StatusBadRequest, locales.Say("errorpages.this-sign-in-cant-go"),
		locales.Say("errorpages.it-took-too-long-or")},
	{flows.ErrFinished, http.StatusGone, locales.Say("errorpages.you-have-finished-this-sign"), locales.Say("errorpages.there-is-nothing-more-to")},
	{pending.ErrGone, http.StatusGone, locales.Say("errorpages.this-request-cant-be-answered"),
		locales.Say("errorpages.it-took-too-long-or-2")},
	{pending.ErrGuesses, http.StatusTooManyRequests, locales.Say("errorpages.too-many-wrong-codes"),
		locales.Say("errorpages.wait-a-quarter-of-an")},
	{sessions.ErrNobody, http.StatusForbidden, locales.Say("errorpages.you-were-signed-out-meanwhile"),
		locales.Say("errorpages.go-back-to-where-you")},
	{passwords.ErrBusy, http.StatusServiceUnavailable, locales.Say("errorpages.too-many-people-are-signing"), locales.Say("errorpages.try-again-in-a-moment")},
	{maillinks.ErrLink, http.StatusGone, locales.Say("errorpages.this-link-doesnt-work-any"), locales.Say("errorpages.it-was-used-or-it")},
	{maillinks.ErrOften, http.StatusTooManyRequests, locales.Say("errorpages.enough-emails-for-now"),
		locales.Say("errorpages.look-among-unwanted-mail-too")},
	{maillinks.ErrAddressTaken, http.StatusConflict, locales.Say("errorpages.another-account-has-this-address"),
		locales.Say("errorpages.sign-in-to-that-account")},
}

// Of returns the page for an error, if it is in the table.
func Of(err error) (web.ErrorPage, bool) {
	for _, row := range table {
		if errors.Is(err, row.err) {
			return web.ErrorPage{Status: row.status, Heading: row.heading, Text: row.text, Action: onward(err)}, true
		}
	}
	return web.ErrorPage{}, false
}

// onward is the likely next page of the user: after a sign-in, the address that
// its response went to, if that is a site.
func onward(err error) templates.Action {
	var finished *flows.Finished
	if !errors.As(err, &finished) {
		return templates.Action{Label: locales.Say("errorpages.go-to-the-start-page"), URL: "/"}
	}
	u, err := redirecturi.Parse(finished.Request.RedirectURI)
	if err != nil || !u.Web() {
		return templates.Action{Label: locales.Say("errorpages.go-to-your-account"), URL: "/account"}
	}
	return templates.Action{Label: locales.Say("errorpages.go-to", "hostport", u.HostPort()), URL: redirecturi.OriginOf(finished.Request.RedirectURI) + "/"}
}
