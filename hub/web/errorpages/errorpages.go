// Package errorpages has the words for the errors that storage and services
// return: the one table from an error to a status and a page. It is handed to
// the responder, which so needs to know no service.
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
)

var table = []struct {
	err           error
	status        int
	heading, text string
}{
	{store.ErrUnavailable, http.StatusServiceUnavailable,
		"The hub can't reach its database right now.", "Nothing is lost. Try again in a moment."},
	{store.ErrDamaged, http.StatusServiceUnavailable,
		"The hub can't read one of its records.", "Tell whoever runs this hub, and give them the reference: they find there which one it is."},
	{flows.ErrGone, http.StatusBadRequest, "This sign-in can't go on.",
		"It took too long, or began in another browser. Go back to the app you came from and sign in again."},
	{flows.ErrFinished, http.StatusGone, "You have finished this sign-in.", "There is nothing more to do here."},
	{pending.ErrGone, http.StatusGone, "This request can't be answered any more.",
		"It took too long, or it was answered already. If your device still waits, start again there."},
	{pending.ErrGuesses, http.StatusTooManyRequests, "Too many wrong codes.",
		"Wait a quarter of an hour, then start again on your device and type the new code."},
	{sessions.ErrNobody, http.StatusForbidden, "You were signed out meanwhile.",
		"Go back to where you came from and sign in again."},
	{passwords.ErrBusy, http.StatusServiceUnavailable, "Too many people are signing in right now.", "Try again in a moment."},
	{maillinks.ErrLink, http.StatusGone, "This link doesn't work any more.", "It was used, or it is too old. Ask for a new one."},
	{maillinks.ErrOften, http.StatusTooManyRequests, "Enough emails for now.",
		"Look among unwanted mail too. In an hour another can be sent."},
	{maillinks.ErrAddressTaken, http.StatusConflict, "Another account has this address.",
		"Sign in to that account, or ask whoever runs this hub."},
}

// Of returns what a person sees of an error, if it is one of the table.
func Of(err error) (web.ErrorPage, bool) {
	for _, row := range table {
		if errors.Is(err, row.err) {
			return web.ErrorPage{Status: row.status, Heading: row.heading, Text: row.text, Action: onward(err)}, true
		}
	}
	return web.ErrorPage{}, false
}

// onward is where the person probably wants to be. After a sign-in that is
// where its answer was sent, if that is a site.
func onward(err error) templates.Action {
	var finished *flows.Finished
	if !errors.As(err, &finished) {
		return templates.Action{Label: "Go to the start page", URL: "/"}
	}
	u, err := redirecturi.Parse(finished.Request.RedirectURI)
	if err != nil || !u.Web() {
		return templates.Action{Label: "Go to your account", URL: "/account"}
	}
	return templates.Action{Label: "Go to " + u.HostPort(), URL: redirecturi.OriginOf(finished.Request.RedirectURI) + "/"}
}
